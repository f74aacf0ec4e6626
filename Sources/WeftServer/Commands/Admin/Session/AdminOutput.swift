import ArgumentParser

/// How answers are printed.
struct AdminOutput: ParsableArguments {
  @Flag(help: "Print the answer as one JSON object, as the documents have it.")
  var json = false
  @Flag(name: .customLong("json-lines"), help: "Print each item as a line of JSON.")
  var jsonLines = false

  enum Form { case text, json, jsonLines }
  var form: Form { json ? .json : jsonLines ? .jsonLines : .text }

  mutating func validate() throws {
    guard !(json && jsonLines) else { throw ValidationError("--json and --json-lines are two forms; give one") }
  }
}

/// Which part of a list.
struct AdminPage: ParsableArguments {
  @Option(help: "How many to leave out from the front.")
  var skip: Int64 = 0
  @Option(help: "How many to give (default: 50).")
  var limit: Int64?
  @Flag(help: "Give all of them, a hundred at a time.")
  var all = false

  mutating func validate() throws {
    guard skip >= 0 else { throw ValidationError("--skip takes 0 or more") }
    guard limit ?? 1 >= 1 else { throw ValidationError("--limit takes 1 or more; --all gives all") }
    guard !(all && limit != nil) else { throw ValidationError("--all and --limit contradict each other; give one") }
  }

  /// How many to give at most.
  var countMax: Int64 { all ? .max : limit ?? 50 }
}
