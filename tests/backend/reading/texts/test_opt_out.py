"""Requests for no more texts, and what only sounds like one."""

from __future__ import annotations

import pytest

from backend.reading.texts.opt_out import detect_opt_out, is_opt_in, parse_stop_confirmation

STOPS = [
    "STOP",
    "stop",
    " Stop. ",
    "STOPALL",
    "stop all",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "opt out",
    "opt-out please",
    "stop texting me",
    "Stop please",
    "STOP please!",
    "please stop",
    "please stop texting me",
    "Stop sending me messages",
    "please stop contacting this number",
    "STOP STOP STOP",
    "stopp",
    "STOPPPP",
    "stoop",
    "stpo",
    "Take my number off your list",
    "take me off this list",
    "unsub",
    "Unsubcribe",
    "Unsuscribe",
    "unsubscribe me please",
    "unsubscribe from texts",
    "cancel texts",
    "cancel text messages",
    "END ALL",
    "end texts",
    "BAJA",
    "ALTO",
    "no me manden más mensajes",
    "ya no me escriban",
    "no quiero más mensajes",
    "No más textos por favor",
    "dejen de mandarme mensajes",
    "por favor dejen de escribirme",
    "quítenme de su lista",
    "borren mi número de la lista",
    "quiero darme de baja",
    "cancelar mensajes",
    "denme de baja",
    "don't text me",
    "do not text me again",
    "Do not contact me",
    "stop messaging me!!!",
    "I want to opt out",
    "I would like to unsubscribe",
    "Please take me off your text list.",
    "remove me from your list",
    "remove my number from your texting list",
    "S T O P",
    "s.t.o.p.",
    "STOP TEXTING ME",
    "I said stop texting me",
    "stop texting this number",
    "please remove this number from your list thanks",
    "stop all texts",
    "stop all messages now",
    "quit texting me",
    "never text me again",
    "please stop texting me, I don't have an account with you",
    "turn off text messages",
    "I didn't sign up for this, stop texting me",
    "STOP. STOP. ",
    "cancel all texts",
    "stop to end",
    "Stop the texts",
    "stop ur texts",
    "pls stop txting me",
    "hey can you stop texting me",
    "Por favor no me envíen más mensajes a este número",
    "basta",
    "paren de escribirme",
    "ya no me manden textos",
    "end all messages",
    "cease",
    "Stop sending texts to this number",
    "Stop sending these texts",
    "Don't message me anymore",
    "opt me out",
    "Stop sending me text messages please",
    "Please stop sending texts to my phone",
    "STOP MESSAGING ME",
    "DO NOT TEXT",
    "do not text this number",
    "Do not contact this number again",
    "please do not send any more texts",
    "please don't send me any more messages",
    "stop with the texts",
    "Unsubscribe from all texts",
    "unsubscribe from this list",
    "UNSUBSCRIBE!!!",
    "unsubscirbe",
    "unsubscibe",
    "unsubsribe",
    "Un-subscribe",
    "un subscribe",
    "optout",
    "Opt me out please",
    "Opt out of texts",
    "opt out of all messages",
    "I am opting out",
    "I wish to opt out",
    "I'd like to stop receiving texts",
    "I'd like to stop getting text messages",
    "i want to stop receiving messages",
    "I want to unsubscribe from your texts",
    "I would like to be removed from your list",
    "I want to be taken off your list",
    "Please remove me from this text list",
    "Get me off this list",
    "get me off your mailing list",
    "Take us off your list",
    "Please delete my number from your list",
    "delete me from your list",
    "Please discontinue texting me",
    "discontinue text messages",
    "cease texting",
    "STOP TEXTS",
    "stop text",
    "Stop txts",
    "STOPP",
    "Stop!!!!!!!",
    "stop.stop.stop",
    "Stop stop",
    "stop stop stop please",
    "stop now",
    "stop immediately",
    "Stop already",
    "STOP NOW!!",
    "stop calling and texting me",
    "Stop texting and calling me",
    "Quit texting",
    "quit messaging me",
    "quit sending me texts",
    "quit sending messages to this number",
    "cancel my texts",
    "cancel messages",
    "end text messages",
    "end texting",
    "revoke",
    "I revoke my consent",
    "I revoke consent to receive texts",
    "Please end",
    "please cancel",
    "please quit",
    "please unsubscribe",
    "stop please thank you",
    "who are you? take me off your list",
    "stop these messages",
    "Stop these texts now",
    "turn off these texts",
    "turn texts off",
    "no thanks, stop texting",
    "I moved, stop texting me",
    "I am not a customer anymore. Please stop texting.",
    "I'm no longer a member, please remove me from your texts",
    "Basta ya",
    "no más mensajes por favor",
    "no mas textos",
    "dejen de textearme",
    "no me textees",
    "No me escriba más",
    "no me escribas",
    "ya no quiero mensajes",
    "ya no quiero recibir mensajes",
    "no quiero recibir más textos",
    "no deseo recibir mensajes de texto",
    "Quiero cancelar los mensajes",
    "cancelar mensajes de texto",
    "cancelar suscripción",
    "Darme de baja",
    "dame de baja por favor",
    "deme de baja",
    "Denme de baja de la lista",
    "quítame de la lista",
    "quítenme de esta lista por favor",
    "sáquenme de la lista",
    "bórrenme de su lista",
    "no me contacten más",
    "deje de mandarme textos",
    "pare de mandar mensajes",
    "parar mensajes",
    "detener mensajes",
    "DETENER",
    "ALTO!",
    "PARE",
    "no envie mas mensajes",
    "por favor ya no me mande mensajes",
    "STOP por favor",
    "arrêt",
]
UNWANTED = [
    "no more texts",
    "No more messages please",
    "I don't want these texts",
    "I no longer want your messages",
    "I do not wish to receive texts anymore",
    "No texts",
    "no text messages",
    "no more texting",
    "No more texts please!",
    "no longer wish to receive texts",
    "I don't wish to receive these messages anymore",
    "I do not want any more texts",
    "don't want texts",
]
PERHAPS = [
    "stop it stop texting me",
    "remove me",
    "please remove my number",
    "remove my number",
    "delete my number",
    "lose my number",
    "take me off",
    "i never signed up for these texts",
    "how do I unsubscribe",
    "how do i stop these texts?",
    "can I opt out of texts?",
    "tired of your messages",
    "quit it",
    "stop it",
    "no more",
    "enough",
    "leave me alone",
    "my husband died please stop texting this number",
    "I would appreciate it if you would stop texting me",
    "STOP, who is this",
    "stpp",
    "quítenme",
    "don't text me, call me",
    "this is spam",
    "Stop bothering me",
    "no me molesten",
    "STOP IT",
    "End it",
    "Take me off",
    "remove this number",
    "remove my phone",
    "cease and desist",
    "End this",
    "I no longer wish to receive text messages from you",
    "I did not subscribe to this",
    "i did not ask for this",
    "who is this stop texting me",
    "who is this? stop",
    "Leave me alone!!!",
    "Go away",
    "stap",
    "stop this",
    "turn these off",
    "no contact",
    "please no more",
    "No more!!!",
    "no thank you stop",
    "we are not with you anymore take us off",
    "eliminen mi número",
    "no envíen más",
    "no molestar",
    "🛑",
]


@pytest.mark.parametrize("text", STOPS)
@pytest.mark.parametrize("idle", [True, False])
def test_texts_are_stopped(text: str, idle: bool) -> None:
    assert detect_opt_out(text, idle=idle) == "stop"


LOOSE_STOPS = [
    "pls stop w the texts",
    "unsubsribe me please",
    "quit spamming me",
    "reply STOP",
    "I told you to stop texting",
    "stop texting me asshole",
    "stop contacting me or I will go to a lawyer",
    "this is harassment, stop",
    "STOP2QUIT",
    "stop\n\nBest,\nTom",
]
LOOSE_PERHAPS = [
    "I withdraw my consent to be contacted",
    "REMOVE",
    "remove from the list",
    "no quiero recibir mensajes de su compañía",
    "turn off the reminders STOP",
    "block me",
]
NO_LOOSE = [
    "why did my texts stop",
    "can you stop by and contact my neighbor",
    "stop the texts about payments",
    "cancel my draft",
    "remove the tree from the line",
    "I did not get your message about the outage",
]


@pytest.mark.parametrize("text", LOOSE_STOPS)
def test_words_around_a_demand_do_not_hide_it(text: str) -> None:
    assert detect_opt_out(text, idle=True) in ("stop", "perhaps")


@pytest.mark.parametrize("text", LOOSE_PERHAPS)
def test_loose_words_are_asked_about(text: str) -> None:
    assert detect_opt_out(text, idle=True) == "perhaps"
    assert detect_opt_out(text, idle=False) != "stop"


@pytest.mark.parametrize("text", NO_LOOSE)
def test_stopping_something_else_does_not_stop_texts(text: str) -> None:
    assert detect_opt_out(text, idle=True) is None


@pytest.mark.parametrize("text", UNWANTED)
def test_unwanted_texts_may_be_those_of_the_task(text: str) -> None:
    assert (detect_opt_out(text, idle=True), detect_opt_out(text, idle=False)) == ("stop", "perhaps")


@pytest.mark.parametrize("text", PERHAPS)
def test_ambiguous_stop_is_asked_about(text: str) -> None:
    assert detect_opt_out(text, idle=True) == "perhaps"


@pytest.mark.parametrize("text", ["stop it", "quit it", "end it", "no more", "enough", "STOP, that is wrong", "no mas"])
def test_in_a_task_it_is_the_task_that_is_to_stop(text: str) -> None:
    assert detect_opt_out(text, idle=False) is None


@pytest.mark.parametrize(
    "text",
    ["START", "unstop", "Unstop please", "text me again", "opt in", "resubscribe", "turn texts back on", "sí", "YES"],
)
def test_texts_are_requested_again(text: str) -> None:
    assert is_opt_in(text)


@pytest.mark.parametrize("text", ["pay my bill", "start my service", "start autopay", "why", "stop", ""])
def test_nothing_else_restarts_texts(text: str) -> None:
    assert not is_opt_in(text)


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("yes", True),
        ("STOP", True),
        ("sí", True),
        ("yes please stop", True),
        ("no", False),
        ("No, keep them", False),
        ("pay my bill", None),
        ("99999-001", None),
        ("", None),
    ],
)
def test_the_question_is_answered(text: str, agrees: bool | None) -> None:
    assert parse_stop_confirmation(text) is agrees
