import ArgumentParser
import Protobuf

/// A file, link or task of a project: named together with its project, so that it can be shown before it is gone and a mistyped id hits
/// nothing of another project's.
struct AdminPart: ParsableArguments {
  @Argument(help: "Id of the project.")
  var project: String
  @Argument(help: "Id of what is in it, as the list has it.")
  var part: String

  /// Looks it up, asks, deletes it.
  ///
  /// - Parameters:
  ///   - list: The command that shows such things.
  ///   - fetch: A page of such things of a project.
  ///   - delete: Deletes the one of an id.
  func delete<Item, Reply: Message>(
    _ resource: AdminResource<Item>, list: String, _ confirmation: AdminConfirmation, _ session: AdminSession,
    fetch: (_ project: String, _ skip: Int64, _ limit: Int32) async throws -> AdminSession.Page<Item>,
    delete: (_ id: String) async throws -> Reply
  ) async throws {
    let project = try AdminProjects.id(project)
    let id = try AdminID.object(part, of: resource.name, list: "\(list) \(project)")
    let all = try await session.collect(max: 100_000, pageMax: 500) { try await fetch(project, $0, $1) }
    guard let found = all.first(where: { resource.id($0) == id }) else {
      throw AdminMistake(description: "project \(project) has no \(resource.name) \(id): weft admin \(list) \(project) shows what it has")
    }
    try confirmation.ask("Delete this \(resource.name)", [found], resource, session)
    try session.done(try await delete(id), "deleted \(resource.name) \(id)")
  }
}
