internal import Protobuf

/// The messages of the suite that generated code is built in for: none here. Tests/Conformance/run.sh puts a file with the
/// generated ones in this one's place, outside the tree.
let generatedMessages: [any Message.Type] = []
