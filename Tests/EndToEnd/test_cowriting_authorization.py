"""Every RPC of the co-writing platform × everybody who may try it, over gRPC, REST and a remote gateway.

An RPC that `authorization_cowriting.CASES` does not know fails by name. The table people read is docs/authorization.md.
"""
import pytest
from authorization import ADMIN, OK, PUBLIC, USER, Answer, Rules, methods
from authorization_cowriting import ABSENT, CALLERS, CASES, PACKAGES, SECRET, World, absent, expected
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
    return {method.path: method for method in methods(world.rpc, PACKAGES)}


@pytest.fixture(scope="module")
def faces(own, world):
    with RemoteGateway(own.grpc) as gateway:
        yield {"gRPC": Grpc(world.rpc), "REST": Rest(world.rpc, own.url), "gateway": Rest(world.rpc, gateway.url)}


@pytest.fixture(scope="module")
def state(own, world):
    return State(own.data, "cw")


def naming(body, **fields):
    """The same request with other fields; of a stream, in its first message."""
    return [{**body[0], **fields}, *body[1:]] if isinstance(body, list) else {**body, **fields}


def test_every_rpc_says_who_may_call(known):
    assert sorted(set(known) - set(CASES)) == [], "authorization_cowriting.CASES has to say how these are called"
    assert sorted(set(CASES) - set(known)) == []


def test_the_texts_are_the_documented_ones(known):
    """What the matrix expects stands in the proto, and so in the description of the API."""
    for method in known.values():
        case = CASES[method.path]
        wanted = [expected(method, caller, case) for caller in CALLERS] + [absent(name) for name in (case.object, case.within) if name]
        for answer in wanted:
            assert answer == OK or answer.text in method.documented(answer.status), (method.path, answer)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("path", CASES)
def test_refused(world, known, faces, state, path, face):
    method, case = known[path], CASES[path]
    refused = [caller for caller in CALLERS if expected(method, caller, case) != case.answer]
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
    wrong = []
    for caller in CALLERS:
        if expected(method, caller, case) != case.answer:
            continue
        who, token = world.who(caller), world.tokens[caller]
        if case.fresh:
            who = world.newcomer(who)
            token = who.token
        for where, found, text in faces[face].try_all(method, lambda: case.request(world, who), token):
            if not is_same(face, found, case.answer):
                wrong.append(f"{caller}: {where} answered {found}, not {case.answer}")
            if caller == "foreign" and method.rule.access == USER and (world.owner.username in text or "示例化工" in text):
                wrong.append(f"{caller}: {where} shows what is the owner's: {text}")
    assert wrong == []


@pytest.mark.parametrize("face", FACES[:2])
@pytest.mark.parametrize("path", CASES)
def test_order_of_checks(world, known, faces, state, path, face):
    """Token, account and role come before the request's rules; those before whether the object exists and whose it is."""
    method, case = known[path], CASES[path]
    broken = Rules(world.rpc).broken(method)
    if method.rule.access == PUBLIC or not broken or (face != "gRPC" and not method.bindings):
        return
    requests = [naming(case.request(world, world.owner), **broken)]
    if case.object:
        requests.append(naming(requests[0], **{case.object: ABSENT}))
    before = state.now()
    for body in requests:
        for caller in CALLERS:
            wanted = expected(method, caller, case)
            for where, found, _ in faces[face].try_all(method, body, world.tokens[caller]):
                if wanted == case.answer or wanted.code == "NOT_FOUND":
                    assert found.status == 422, (caller, where, found)
                else:
                    assert is_same(face, found, wanted), (caller, where, found)
    assert state.now() == before


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("path", [path for path, case in CASES.items() if case.object])
def test_absent(world, known, faces, path, face):
    """What nobody has, by its own number and by numbers that nothing can have; for the owner and for an administrator."""
    method, case = known[path], CASES[path]
    if face != "gRPC" and not method.bindings:
        return
    for caller in ("administrator",) if method.rule.access == ADMIN else ("owner", "administrator"):
        body = case.request(world, world.who(caller))
        for name in filter(None, (case.object, case.within)):
            for number in (ABSENT, 2**62, 0, -1):
                for where, found, _ in faces[face].try_all(method, naming(body, **{name: number}), world.tokens[caller]):
                    # A number that no object has may break a rule of the field as well.
                    good = is_same(face, found, absent(name)) or (number < 1 and found.status == 422)
                    assert good, (caller, where, name, number, found)


@pytest.mark.parametrize("face", FACES[1:])
@pytest.mark.parametrize("path", [path for path, case in CASES.items() if case.object])
def test_ids_that_are_no_numbers(world, known, faces, path, face):
    method, case = known[path], CASES[path]
    body = case.request(world, world.owner if method.rule.access == USER else world.admin)
    token = world.tokens["owner" if method.rule.access == USER else "administrator"]
    for wrong in ("abc", "1.5", str(2**63), "-9223372036854775809", "%00x", "字" * 100, "1 OR 1=1"):
        for binding in method.bindings:
            is_in_path = "{" + case.object + "}" in binding.path
            where, found, _ = faces[face].try_one(method, binding, naming(body, **{case.object: wrong}), token)
            assert found.status == (404 if is_in_path else 422), (where, wrong, found)
            assert not is_in_path or found == Answer(http=404, text="资源不存在"), found


@pytest.mark.parametrize("face", FACES)
def test_what_lies_in_another_object_is_not_there(world, known, faces, face):
    """A contact, form, image or version is found in its own company, project or document only."""
    elsewhere = {"company_id": world.owner.company()["id"], "project_id": world.owner.project()["id"], "document_id": world.owner.document()["id"]}
    for path, case in CASES.items():
        if not case.within or case.within == "version_number":
            continue
        body = naming(case.request(world, world.owner), **{case.object: elsewhere[case.object]})
        for caller in ("owner", "administrator"):
            for where, found, _ in faces[face].try_all(known[path], body, world.tokens[caller]):
                assert is_same(face, found, absent(case.within)), (caller, where, found)


def test_ok_is_the_answer_of_every_case():
    """But of cancelling: what the matrix has to cancel has ended, for it must not change by itself."""
    assert {path.split("/")[1] for path, case in CASES.items() if case.answer != OK} == {"CancelGeneration", "CancelExport"}
