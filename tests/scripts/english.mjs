// The page's words in English, as test_scripts.py hands them over.

import { learn } from "../../vqcore/viewer/words.js";

learn({ language: "en", texts: JSON.parse(process.env.VQ_WORDS) });
