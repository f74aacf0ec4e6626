import Protobuf
import ReferenceMessages
import Testing

@Suite struct FileDescriptorTests {
  @Test func describesFieldsAsTheProtoWroteThem() throws {
    let schema = Reference.Choice.schema
    #expect(schema.fullName == "reference.Choice" && schema.file.package == "reference")
    #expect(schema.fields.prefix(3).map(\.name) == ["before", "double_value", "float_value"])
    #expect(schema.field(name: "between")?.cardinality == .implicit)
    #expect(schema.field(number: 13)?.message?.wellKnown == .timestamp)
    #expect(schema.oneofs.map(\.name) == ["choice"] && schema.oneofs[0].fields.count == 11)
    #expect(Reference.Explicit.schema.oneofs.isEmpty && Reference.Explicit.schema.field(number: 3)?.cardinality == .optional)
    #expect(Reference.Maps.schema.field(number: 12)?.cardinality == .map)
    #expect(Reference.Required.schema.field(number: 1)?.cardinality == .required)
  }

  @Test func findsFieldsByAnyNumber() {
    let schema = Reference.Implicit.schema
    for field in schema.fields { #expect(schema.field(number: field.number) === field) }
    #expect(schema.field(number: 536_870_911)?.name == "far")
    for number in [0, -1, 19, 1023, 1024, 5000, 1 << 40] { #expect(schema.field(number: number) == nil) }
  }

  @Test func tellsExplicitJSONNamesFromImpliedOnes() {
    let fields = Reference.JSONNames.schema.fields
    #expect(fields.map(\.jsonName) == ["plainName", "otherName", "3rd"])
    #expect(fields.map(\.restName) == ["plain_name", "otherName", "3rd"])
  }

  @Test func resolvesRecursionAndPaths() {
    let node = Reference.Node.schema
    #expect(node.field(name: "next")?.message === node)
    #expect(node.field(path: "next.next.value")?.number == 1)
    #expect(node.field(path: "children.value") == nil && node.field(path: "next.") == nil && node.field(path: "") == nil)
  }

  @Test func rebuildsFromItsOwnBytes() throws {
    let file = Reference.Implicit.schema.file
    let again = try FileDescriptor(proto: file.bytes, dependencies: file.dependencies)
    #expect(again.messages.map(\.fullName) == file.messages.map(\.fullName))
    #expect(again.findMessage("google.protobuf.Timestamp") != nil && again.findMessage("no.Such") == nil)
  }

  @Test func refusesDescriptorsThatDoNotHoldTogether() {
    func refused(_ file: GoogleProtobuf.FileDescriptorProto) {
      #expect(throws: SchemaError.self) { try FileDescriptor(proto: file.serializedBytes(), dependencies: []) }
    }
    func message(_ field: GoogleProtobuf.FieldDescriptorProto) -> GoogleProtobuf.FileDescriptorProto {
      .with {
        $0.messageType = [
          .with {
            $0.name = "M"
            $0.field = [field]
          }
        ]
      }
    }
    refused(
      message(
        .with {
          $0.name = "a"
          $0.number = 1
          $0.type = .init(rawValue: 11)
          $0.typeName = ".no.Such"
        }))
    refused(
      message(
        .with {
          $0.name = "a"
          $0.number = 1
          $0.type = .init(rawValue: 14)
          $0.typeName = "M"
        }))
    refused(
      message(
        .with {
          $0.name = "a"
          $0.number = 1
          $0.type = .init(rawValue: 99)
        }))
    refused(
      message(
        .with {
          $0.name = "a"
          $0.number = 1
        }))
    refused(
      message(
        .with {
          $0.name = "a"
          $0.number = 0
          $0.type = .init(rawValue: 5)
        }))
    refused(.with { $0.messageType = [.with { $0.name = "M" }, .with { $0.name = "M" }] })
    refused(
      .with {
        $0.service = [
          .with {
            $0.name = "S"
            $0.method = [
              .with {
                $0.name = "R"
                $0.inputType = ".M"
              }
            ]
          }
        ]
      })
    #expect(throws: SchemaError.self) { try FileDescriptor(proto: [0xff], dependencies: []) }
  }
}
