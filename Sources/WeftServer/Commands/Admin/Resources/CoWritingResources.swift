import CoWritingAPI
import Console
import Protobuf

// How what the co-writing platform has is shown.

extension AdminResource where Item == CoWritingV1.UserItem {
  static var coWritingUsers: Self {
    Self(
      name: "account", id: { String($0.id) },
      columns: [
        .init("id", isNumber: true) { String($0.id) }, .init("username", isElastic: true, \.username),
        .init("email", isElastic: true, \.email), .init("role", \.role), .init("state") { $0.isActive ? "active" : "disabled" },
        .init("since") { time($0.createdAt) }, .init("projects", isNumber: true) { String($0.projectsCount) },
        .init("documents", isNumber: true) { String($0.documentsCount) }, .init("name", isElastic: true) { $0.fullName ?? "" },
      ])
  }
}

extension AdminResource where Item == CoWritingV1.GetUserResponse {
  static var coWritingUser: Self {
    Self(
      name: "account", id: { String($0.id) },
      columns: [
        .init("id", isNumber: true) { String($0.id) }, .init("username", isElastic: true, \.username),
        .init("email", isElastic: true, \.email), .init("role", \.role), .init("state") { $0.isActive ? "active" : "disabled" },
        .init("since") { time($0.createdAt) }, .init("projects", isNumber: true) { String($0.projectsCount) },
        .init("documents", isNumber: true) { String($0.documentsCount) }, .init("name", isElastic: true) { $0.fullName ?? "" },
      ],
      more: [
        .init("changed") { time($0.updatedAt) }, .init("last sign-in") { time($0.lastLoginAt) }, .init("phone") { $0.phone ?? "" },
        .init("picture") { $0.avatarURL ?? "" }, .init("generations") { String($0.aiGenerationsCount) },
      ])
  }
}
