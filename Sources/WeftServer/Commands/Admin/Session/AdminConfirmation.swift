import ArgumentParser
import Console
import Protobuf

/// Before something that is not undone with a word.
struct AdminConfirmation: ParsableArguments {
  @Flag(name: [.customShort("y"), .long], help: "Do it without asking.")
  var yes = false

  /// Shows what will be touched and asks.
  ///
  /// - Parameter question: Without its mark: "Delete this contract".
  /// - Throws: `ExitCode.failure` where nobody says yes, or nobody can be asked.
  func ask<Item>(_ question: String, _ items: [Item], _ resource: AdminResource<Item>, _ session: AdminSession) throws {
    guard !yes else { return }
    var table = TextTable(resource.columns.map(\.column), screenColumns: Terminal.screenColumns)
    try ask(question, about: table.lines(items.map(resource.row)).joined(separator: "\n"), session)
  }

  func ask(_ question: String, about what: String?, _ session: AdminSession) throws {
    guard !yes else { return }
    if let what { Terminal.message(what) }
    guard Terminal.isInteractive else {
      Terminal.error("\(question) at \(session.place.name)? There is no terminal to ask; nothing was done. --yes does it without asking")
      throw ExitCode.failure
    }
    let answer = Terminal.ask("\(question) at \(session.place.name)? Type yes: ")?.lowercased()
    guard answer == "yes" || answer == "y" else {
      Terminal.error("nothing was done")
      throw ExitCode.failure
    }
  }
}
