"""Every RPC of the application × everybody who may try it, over gRPC, REST and a remote gateway: who may call is what the options say.

An RPC that `authorization_cases.CASES` does not know fails by name. The table people read is docs/authorization.md.
"""
from concurrent.futures import ThreadPoolExecutor

import pytest
from authorization import CALLERS, DOCUMENT, OK, PUBLIC, USER, Answer, Rules, document, expected, methods
from authorization_cases import CASES, SECRET, World
from authorization_faces import FACES, Grpc, Rest, State, is_same
from server import Server
from test_remote_gateway import RemoteGateway

@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("matrix") / "data", env={"WEFT_JWT_SECRET": SECRET}) as server:
        yield server


@pytest.fixture(scope="module")
def world(own):
    return World(own)


@pytest.fixture(scope="module")
def known(world):
    return {method.path: method for method in methods(world.rpc)}


@pytest.fixture(scope="module")
def faces(own, world):
    with RemoteGateway(own.grpc) as gateway:
        yield {"gRPC": Grpc(world.rpc), "REST": Rest(world.rpc, own.url), "gateway": Rest(world.rpc, gateway.url)}


@pytest.fixture(scope="module")
def state(own, world):
    return State(own.data)


def test_every_rpc_says_who_may_call(known):
    missing = sorted(set(known) - set(CASES))
    assert missing == [], "authorization_cases.CASES has to say how these are called"
    assert sorted(set(CASES) - set(known)) == []


def test_the_document_is_current(world):
    assert DOCUMENT.read_text() == document(world.rpc), "run Tests/EndToEnd/authorization.py --write"


def test_administration_is_rpc_only(known):
    for method in known.values():
        assert not (method.is_admin_package and method.bindings), method.path
        assert method.is_admin_package == (method.rule.access == 3), method.path


def test_objects_have_texts(known):
    """Who names an object of another user's reads a text of the document; and only an RPC that names one has such a text."""
    for method in known.values():
        case = CASES[method.path]
        if method.rule.access == USER:
            assert bool(method.foreign_text) == bool(case.object), method.path
            assert not case.object or method.documented(404), method.path


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("path", CASES)
def test_refused(world, known, faces, state, path, face):
    method, case = known[path], CASES[path]
    refused = [caller for caller in CALLERS if expected(method, caller, case) not in (OK, case.answer)]
    if not refused or (face != "gRPC" and not method.bindings):
        return
    body = case.request(world, world.owner)
    before, wrong = state.now(), []
    for caller in refused:
        wanted = expected(method, caller, case)
        for where, found, _ in faces[face].try_all(method, body, world.tokens[caller]):
            if not is_same(face, found, wanted):
                wrong.append(f"{caller}: {where} answered {found}, not {wanted}")
        after = state.now()
        if after != before:
            wrong.append(f"{caller}: a refused call changed {after ^ before}")
            before = after
    assert wrong == []


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("path", CASES)
def test_allowed(world, known, faces, path, face):
    method, case = known[path], CASES[path]
    callers = [caller for caller in CALLERS if expected(method, caller, case) in (OK, case.answer)]

    def attempt(caller):
        who = world.who(caller)
        token = world.tokens[caller]
        if case.fresh:
            who = world.newcomer(who)
            token = world.key_of(who) if caller == "key" else who.token
        wanted, wrong = expected(method, caller, case), []
        is_own = method.rule.access == USER and who is not world.owner and caller not in case.answers
        for where, found, text in faces[face].try_all(method, lambda: case.request(world, who), token):
            if not is_same(face, found, wanted):
                wrong.append(f"{caller}: {where} answered {found}, not {wanted}")
            if is_own and (world.owner.email in text or world.owner.id in text):
                wrong.append(f"{caller}: {where} shows what is the owner's: {text}")
        return wrong

    if case.at_once:
        with ThreadPoolExecutor(len(callers)) as pool:
            wrong = list(pool.map(attempt, callers))
    else:
        wrong = list(map(attempt, callers))
    assert sum(wrong, []) == []


@pytest.mark.parametrize("face", FACES[:2])
@pytest.mark.parametrize("path", CASES)
def test_order_of_checks(world, known, faces, state, path, face):
    """Token, account and role come before the request's rules; those before whether the object exists and whose it is (interface.md, "Errors")."""
    method, case = known[path], CASES[path]
    broken = Rules(world.rpc).broken(method)
    if method.rule.access == PUBLIC or method.descriptor.client_streaming or not broken or (face != "gRPC" and not method.bindings):
        return
    requests = [{**case.request(world, world.owner), **broken}]
    if case.object:
        requests.append({**requests[0], case.object: case.absent})
    before = state.now()
    for body in requests:
        for caller in CALLERS:
            wanted = expected(method, caller, case)
            for where, found, _ in faces[face].try_all(method, body, world.tokens[caller]):
                if wanted in (OK, case.answer) or (case.object and wanted.text == method.foreign_text):
                    # The text names the field; that it names the right one is for each chapter's own tests.
                    assert found.status == 422, (caller, where, found)
                else:
                    assert is_same(face, found, wanted), (caller, where, found)
    assert state.now() == before


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("path", [path for path, case in CASES.items() if case.object])
def test_absent(world, known, faces, path, face):
    method, case = known[path], CASES[path]
    caller = "owner" if method.rule.access == USER else "administrator"
    body = case.request(world, world.who(caller))
    wanted = Answer("NOT_FOUND", case.absent_text(method))
    for absent in (case.absent, "nope", "字" * 200, "%00x"):
        body = [{**body[0], case.object: absent}, *body[1:]] if isinstance(body, list) else {**body, case.object: absent}
        for where, found, _ in faces[face].try_all(method, body, world.tokens[caller]):
            assert is_same(face, found, wanted), (where, absent, found)
