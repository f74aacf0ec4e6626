"""What people send and fetch files with: clients.py PORT. Prints what is wrong and exits 1."""
import http.client
import subprocess
import sys
import tempfile

import httpx

base = f"http://127.0.0.1:{sys.argv[1]}"
ann = {"authorization": "Bearer ann"}
content = bytes(range(256)) * 8000
wrong = []


def check(what, condition, got):
    if not condition:
        wrong.append(f"{what}: {got}")


for name, versions in [("HTTP/1.1", {}), ("HTTP/2", {"http1": False, "http2": True})]:
    with httpx.Client(base_url=base, headers=ann, timeout=120, **versions) as client:
        answer = client.post("/files/a", files={"file": ('quote " 合同.pdf', content, "application/pdf")}, data={"tag": "文档"})
        check(f"{name} upload", answer.status_code == 201 and answer.json()["size"] == len(content), answer.text)
        seen = "".join(answer.json()["seen"])
        check(f"{name} names", '"filename":"quote \\" 合同.pdf"' in seen and '"tag":"文档"' in seen, seen)
        answer = client.get("/files/known")
        check(f"{name} download", len(answer.content) == 2_500_000 and answer.headers["content-length"] == "2500000", answer)
        answer = client.head("/files/known")
        check(f"{name} HEAD", answer.status_code == 200 and answer.headers["content-length"] == "2500000", answer.headers)
        # What is too large is that first, whoever sends it.
        large = {"file": ("a", bytes(30_000_000))}
        for headers in [{"authorization": "Bearer no"}, {}]:
            answer = client.post("/files/a", files=large, headers=headers)
            check(f"{name} too large {headers}", answer.status_code == 413, answer.text)
        for target, headers, status in [("/files/a", {"authorization": "Bearer no"}, 401), ("/files/full", {}, 400)]:
            answer = client.post(target, files={"file": ("a", content)}, headers=headers)
            check(f"{name} {target} {headers}", answer.status_code == status, answer.text)
        try:
            client.get("/files/broken")
            wrong.append(f"{name} a broken download ended well")
        except httpx.RemoteProtocolError:
            pass

# A client that writes all of its body before it reads.
for target, token, status in [("/files/a", "no", 401), ("/files/full", "ann", 400)]:
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=120)
    body = b'--XX\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n' + content + b"\r\n--XX--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=XX", "authorization": f"Bearer {token}"}
    connection.request("POST", target, body, headers)
    got = connection.getresponse().status
    check(f"http.client {target}", got == status, got)

with tempfile.NamedTemporaryFile(suffix="-合同.pdf") as file:
    file.write(content)
    file.flush()
    for version in ["--http1.1", "--http2-prior-knowledge"]:
        for token, status in [("ann", "201"), ("no", "401")]:
            for expect in [["-H", "Expect: 100-continue"], ["-H", "Expect:"]]:
                command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", version, "-H", f"Authorization: Bearer {token}", *expect]
                done = subprocess.run([*command, "-F", f"file=@{file.name}", f"{base}/files/a"], capture_output=True, text=True, timeout=120)
                check(f"curl {version} {token} {expect}", done.stdout == status and done.returncode == 0, done)
        done = subprocess.run(["curl", "-sS", version, "-H", "Authorization: Bearer ann", f"{base}/files/broken"], capture_output=True, timeout=120)
        check(f"curl {version} broken", done.returncode != 0, done.returncode)

print("\n".join(wrong))
sys.exit(1 if wrong else 0)
