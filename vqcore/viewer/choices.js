// Choices in the address, of a page that has no viewer to write them.

import { writeChoices } from "./address.js";
import { componentOf } from "./component.js";

class Choices {
  update({ data }) {
    writeChoices(data);
  }

  close() {}
}

export default componentOf(Choices);
