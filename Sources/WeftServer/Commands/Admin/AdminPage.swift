import ArgumentParser

/// Which part of a list.
struct AdminPage: ParsableArguments {
  @Option(help: "How many to leave out from the front.")
  var skip: Int64 = 0
  @Option(help: "How many to give, 1 to 100.")
  var limit: Int32 = 50
}
