"""An object store for tests: moto behind a door that checks every signature with botocore, and that can be told to fail.

Prints its port. Ends when its standard input does.
  GET  /_control?fail=STATUS|lost|broken&method=PUT&times=N&contains=TEXT   the next N such requests fail
  GET  /_control?object=KEY      {"sha256", "size", "type"} of an object, read by boto3
  GET  /_control?uploads=1       the keys of the multipart uploads that are open, by boto3
  GET  /_control?begin=KEY       an upload of one part that nobody ends, by boto3
"""
import datetime
import hashlib
import io
import json
import os
import re
import sys
import threading
import urllib.parse

import boto3
import botocore.config
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

ACCESS, SECRET, REGION, BUCKET = "weft-test-key", "weft/test+secret", "eu-test-1", "weft-test"
faults = []
lock = threading.Lock()


def calculated(environ, method, body):
    """The signature that the request should have, and the one that it has."""
    query = environ["QUERY_STRING"]
    url = f"http://{environ['HTTP_HOST']}{environ['RAW_URI'].split('?')[0]}"
    names = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    if "X-Amz-Signature" in names:
        kept = "&".join(p for p in query.split("&") if not p.startswith("X-Amz-Signature="))
        request = AWSRequest(method=method, url=f"{url}?{kept}")
        request.headers["host"] = environ["HTTP_HOST"]
        auth = S3SigV4QueryAuth(Credentials(ACCESS, SECRET), "s3", REGION)
        request.context["timestamp"] = names["X-Amz-Date"]
        made = datetime.datetime.strptime(names["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        if datetime.datetime.now(datetime.timezone.utc) > made + datetime.timedelta(seconds=int(names["X-Amz-Expires"])):
            return "expired", ""
        has = names["X-Amz-Signature"]
    else:
        header = environ.get("HTTP_AUTHORIZATION", "")
        signed = re.search("SignedHeaders=([^,]+)", header)
        if not signed:
            return "none", ""
        request = AWSRequest(method=method, url=url + (f"?{query}" if query else ""), data=body)
        for name in signed[1].split(";"):
            key = name.upper().replace("-", "_")
            request.headers[name] = environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key]
        if environ["HTTP_X_AMZ_CONTENT_SHA256"] not in (hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD") and not environ[
            "HTTP_X_AMZ_CONTENT_SHA256"
        ].startswith("STREAMING"):
            return "digest", ""
        auth = S3SigV4Auth(Credentials(ACCESS, SECRET), "s3", REGION)
        request.context["timestamp"] = environ["HTTP_X_AMZ_DATE"]
        has = re.search(r"Signature=(\w+)", header)[1]
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request), has


class Door:
    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/_control":
            answer = json.dumps(self.control(dict(urllib.parse.parse_qsl(environ["QUERY_STRING"])))).encode()
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
            return [answer]
        method = environ["REQUEST_METHOD"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if environ.get("HTTP_USER_AGENT", "").startswith("Boto3"):
            return self.application(environ, start_response)
        expected, has = calculated(environ, method, body)
        if expected != has:
            return self.refuse(start_response, "403 Forbidden", "SignatureDoesNotMatch", expected)
        fault = self.fault(method, environ["RAW_URI"])
        if fault == "broken":
            environ["werkzeug.socket"].shutdown(2)
            return []
        if fault and fault != "lost":
            return self.refuse(start_response, f"{fault} Fault", "InternalError" if fault == "500" else "SlowDown", "asked for")
        if fault == "lost":
            list(self.application(environ, lambda *_: None))
            environ["werkzeug.socket"].shutdown(2)
            return []
        return self.application(environ, start_response)

    @staticmethod
    def refuse(start_response, status, code, message):
        answer = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>a &lt;{message}&gt;</Message></Error>'.encode()
        start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(answer)))])
        return [answer]

    @staticmethod
    def fault(method, uri):
        with lock:
            for fault in faults:
                if fault["times"] > 0 and method == fault["method"] and fault["contains"] in uri:
                    fault["times"] -= 1
                    return fault["fail"]
        return None

    @staticmethod
    def control(query):
        if "fail" in query:
            with lock:
                faults.append({"fail": query["fail"], "method": query["method"], "times": int(query["times"]), "contains": query["contains"]})
            return {}
        if "object" in query:
            found = s3.get_object(Bucket=BUCKET, Key=query["object"])
            body = found["Body"].read()
            return {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "type": found["ContentType"]}
        if "begin" in query:
            upload = s3.create_multipart_upload(Bucket=BUCKET, Key=query["begin"])["UploadId"]
            s3.upload_part(Bucket=BUCKET, Key=query["begin"], UploadId=upload, PartNumber=1, Body=b"x" * 100)
            return {}
        return {"keys": sorted(found["Key"] for found in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))}


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


application = Door(DomainDispatcherApplication(create_backend_app))
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{server.port}"
s3 = boto3.client(
    "s3", endpoint_url=endpoint, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET, region_name=REGION,
    config=botocore.config.Config(retries={"max_attempts": 1}))
s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
print(server.port, flush=True)
sys.stdin.read()
os._exit(0)
