"""A stock gRPC client that knows nothing of Weft: everything by reflection."""
import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class Rpc:
    def __init__(self, server, channel=None):
        self.channel = channel or grpc.insecure_channel(server.grpc)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.database)

    def services(self):
        return sorted(self.database.get_services())

    def method(self, service, method):
        return self.pool.FindServiceByName(service).FindMethodByName(method)

    def call(self, service, method, body, token=None, timeout=30, metadata=()):
        """The answer as a dict with the proto's names; raises grpc.RpcError. A list is a stream of requests."""
        descriptor = self.method(service, method)
        request_class = message_factory.GetMessageClass(descriptor.input_type)
        response_class = message_factory.GetMessageClass(descriptor.output_type)
        kind = self.channel.stream_unary if isinstance(body, list) else self.channel.unary_unary
        call = kind(f"/{service}/{method}", request_serializer=request_class.SerializeToString, response_deserializer=response_class.FromString)
        messages = [json_format.ParseDict(one, request_class()) for one in (body if isinstance(body, list) else [body])]
        metadata = list(metadata) + ([("authorization", f"Bearer {token}")] if token else [])
        answer = call(iter(messages) if isinstance(body, list) else messages[0], metadata=metadata, timeout=timeout)
        return json_format.MessageToDict(answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)

    def streaming(self, service, method, bodies, token=None, timeout=60):
        """The answers to a stream of requests, as a list."""
        descriptor = self.method(service, method)
        request_class = message_factory.GetMessageClass(descriptor.input_type)
        response_class = message_factory.GetMessageClass(descriptor.output_type)
        call = self.channel.stream_stream(f"/{service}/{method}", request_serializer=request_class.SerializeToString,
                                          response_deserializer=response_class.FromString)
        metadata = [("authorization", f"Bearer {token}")] if token else []
        return list(call((request_class(**body) for body in bodies), metadata=metadata, timeout=timeout))

    def code(self, *arguments, **more):
        try:
            self.call(*arguments, **more)
        except grpc.RpcError as error:
            return error.code().name, error.details()
        return "OK", ""
