"""When a page rests, as rest.js tells it, on a page of its own."""

import itertools

import pytest
from conftest import REST_JS
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

WAITS = itertools.count()
FAKES = """() => {
  globalThis.WebSocket = class extends EventTarget { send() {} };
  const later = () => new Promise((done) => { globalThis.end = done; });
  Object.assign(globalThis, { createImageBitmap: later, fetch: later });
}"""
APP = "<div data-testid=stApp data-test-script-state=notRunning></div>"
TALK = """() => {
  const socket = new WebSocket();
  globalThis.ask = (bytes) => socket.send(Uint8Array.from(bytes));
  globalThis.answer = (bytes) =>
    socket.dispatchEvent(new MessageEvent("message", { data: Uint8Array.from(bytes).buffer }));
}"""
RESTS = """async who => {
  for (let frame = 0; frame < 8; frame++) {
    await new Promise(requestAnimationFrame);
    if (isAtRest(who)) return true;
  }
  return false;
}"""


@pytest.fixture(scope="module")
def tab(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def page(tab):
    tab.goto(f"data:text/html,{APP}")
    for script in (FAKES, REST_JS.read_text(encoding="utf-8"), TALK):
        tab.evaluate(script)
    return tab


def rests(page):
    return page.evaluate(RESTS, next(WAITS))


def asked():
    message = BackMsg()
    message.rerun_script.query_string = "k=4"
    return list(message.SerializeToString())


def started():
    message = ForwardMsg(hash="some hash")
    message.new_session.name = "app"
    return list(message.SerializeToString())


def finished(status):
    number = ForwardMsg.ScriptFinishedStatus.Value(status)
    return list(ForwardMsg(script_finished=number).SerializeToString())


def test_a_run_that_was_asked_for_is_owed_until_it_has_ended(page):
    assert rests(page)
    page.evaluate("it => ask(it)", asked())
    assert not rests(page)
    page.evaluate("it => answer(it)", finished("FINISHED_SUCCESSFULLY"))  # of a run before
    assert not rests(page)
    page.evaluate("it => answer(it)", started())
    page.evaluate("it => answer(it)", finished("FINISHED_EARLY_FOR_RERUN"))
    assert not rests(page)
    page.evaluate("it => answer(it)", started())
    page.evaluate("it => answer(it)", finished("FINISHED_SUCCESSFULLY"))
    assert rests(page)


def test_who_waits_for_the_page_waits_for_the_run(page):
    page.evaluate("it => ask(it)", asked())
    page.evaluate("who => { untilAtRest(who).then(it => { globalThis.seen = it; }); }", next(WAITS))
    assert not rests(page)
    assert page.evaluate("globalThis.seen") is None
    for message in (started(), finished("FINISHED_SUCCESSFULLY")):
        page.evaluate("it => answer(it)", message)
    page.wait_for_function("globalThis.seen === true")


def test_other_messages_ask_for_no_run(page):
    page.evaluate("it => ask(it)", list(BackMsg(app_heartbeat=True).SerializeToString()))
    assert rests(page)


def test_a_script_that_runs_does_not_rest(page):
    page.evaluate("document.querySelector('div').dataset.testScriptState = 'running'")
    assert not rests(page)


def test_a_place_whose_script_is_to_come_does_not_rest(page):
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p data-testid=stSkeleton>')")
    assert not rests(page)
    page.evaluate("document.querySelector('p').remove()")
    assert rests(page)


@pytest.mark.parametrize("after", [200, 300])
def test_a_hand_rests_at_once_and_what_it_did_is_told_once(page, after):
    page.evaluate(f"globalThis.told = 0; setTimeout((by) => {{ told += by; }}, {after}, 1); 0")
    assert rests(page)
    assert page.evaluate("told") == 1
    page.wait_for_timeout(2 * after)
    assert page.evaluate("told") == 1


def test_a_hand_that_goes_on_tells_nothing_of_before(page):
    page.evaluate("globalThis.told = 0; clearTimeout(setTimeout(() => { told = 1; }, 300)); 0")
    assert rests(page)
    assert page.evaluate("told") == 0


def test_what_waits_longer_is_not_hurried(page):
    page.evaluate("globalThis.told = 0; setTimeout(() => { told = 1; }, 60_000); 0")
    assert rests(page)
    assert page.evaluate("told") == 0


@pytest.mark.parametrize("ask", ["createImageBitmap", "fetch"])
def test_an_answer_is_waited_for(page, ask):
    page.evaluate(f"() => {{ {ask}(); }}")
    assert not rests(page)
    page.evaluate("end()")
    assert rests(page)


def test_what_moves_does_not_rest_unless_it_moves_forever(page):
    move = "it => { document.querySelector('div').animate([{ opacity: 0 }, { opacity: 1 }], it); }"
    page.evaluate(move, {"duration": 60_000})
    assert not rests(page)
    page.evaluate("document.getAnimations().forEach(it => it.cancel())")
    page.evaluate(f"({move})({{ duration: 1000, iterations: Infinity }})")
    assert rests(page)
