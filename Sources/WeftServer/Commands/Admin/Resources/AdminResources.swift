import Console
import CustomerServiceAPI
import Platform
import Protobuf

// How everything that the console lists is shown: one table of columns for each kind of thing.

extension AdminResource where Item == CSAv1.User {
  static var users: Self {
    Self(
      name: "account", id: \.id,
      columns: [
        .init("id", \.id), .init("email", \.email), .init("role", \.role), .init("state") { $0.isActive ? "active" : "disabled" },
        .init("since") { time($0.createdAt) }, .init("name", isElastic: true) { $0.fullName ?? "" },
      ],
      more: [
        .init("changed") { time($0.updatedAt) }, .init("phone") { $0.phoneNumber ?? "" }, .init("picture") { $0.avatarURL ?? "" },
        .init("about") { $0.bio ?? "" },
      ])
  }
}

extension AdminResource where Item == CSAv1.SignIn {
  static var signIns: Self {
    Self(
      name: "sign-in", id: \.id,
      columns: [
        .init("id", \.id), .init("means", \.means), .init("since") { time($0.createdAt) }, .init("until") { time($0.expiresAt) },
        .init("address", \.address), .init("client", isElastic: true) { $0.userAgent ?? "" },
      ])
  }
}

extension AdminResource where Item == CSAv1.Ticket {
  static var tickets: Self {
    Self(
      name: "ticket", id: \.id,
      columns: [
        .init("id", \.id), .init("status", \.status), .init("type", \.ticketType), .init("since") { time($0.createdAt) },
        .init("creator", isElastic: true, \.creatorEmail), .init("title", isElastic: true, \.title),
      ],
      more: [
        .init("changed") { time($0.updatedAt) }, .init("replied") { time($0.repliedAt) }, .init("responder") { $0.responderEmail ?? "" },
      ])
  }
}

extension AdminResource where Item == CSAv1.BusinessAccount {
  static var accounts: Self {
    Self(
      name: "business account", id: \.id,
      columns: [
        .init("id", \.id), .init("status", \.status), .init("owner", isElastic: true, \.ownerEmail), .init("since") { time($0.createdAt) },
        .init("code") { $0.userCode ?? "" }, .init("company", isElastic: true) { $0.companyName ?? "" },
      ],
      more: [
        .init("assigned email") { $0.assignedEmail ?? "" }, .init("tax number") { $0.taxNumber ?? "" },
        .init("certification") { $0.certificationInfo ?? "" }, .init("address") { $0.communicationAddress ?? "" },
        .init("contact") { $0.contactPersonName ?? "" }, .init("phone") { $0.contactPhone ?? "" }, .init("changed") { time($0.updatedAt) },
      ])
  }
}

extension AdminResource where Item == CSAv1.Contract {
  static var contracts: Self {
    Self(
      name: "contract", id: \.id,
      columns: [
        .init("id", \.id), .init("state") { $0.isSigned ? "signed" : "open" }, .init("owner", isElastic: true, \.ownerEmail),
        .init("since") { time($0.createdAt) }, .init("title", isElastic: true, \.title),
      ],
      more: [.init("changed") { time($0.updatedAt) }], body: \.contentMarkdown)
  }
}

extension AdminResource where Item == CSAv1.Project {
  static var projects: Self {
    Self(
      name: "project", id: \.id,
      columns: [
        .init("id", \.id), .init("owner", isElastic: true, \.ownerEmail), .init("since") { time($0.createdAt) },
        .init("name", isElastic: true, \.name), .init("description", isElastic: true) { $0.description ?? "" },
      ],
      more: [.init("changed") { time($0.updatedAt) }], body: \.overviewMarkdown)
  }
}

extension AdminResource where Item == CSAv1.ProjectFile {
  static var files: Self {
    Self(
      name: "file", id: \.id,
      columns: [
        .init("id", \.id), .init("size", isNumber: true) { String($0.fileSize) }, .init("type", isElastic: true, \.contentType),
        .init("since") { time($0.createdAt) }, .init("tag", isElastic: true) { $0.tag ?? "" }, .init("name", isElastic: true, \.filename),
      ])
  }
}

extension AdminResource where Item == CSAv1.ProjectLink {
  static var links: Self {
    Self(
      name: "link", id: \.id,
      columns: [
        .init("id", \.id), .init("since") { time($0.createdAt) }, .init("title", isElastic: true, \.title),
        .init("url", isElastic: true, \.url), .init("description", isElastic: true) { $0.description ?? "" },
      ])
  }
}

extension AdminResource where Item == CSAv1.ProjectTask {
  static var tasks: Self {
    Self(
      name: "task", id: \.id,
      columns: [
        .init("id", \.id), .init("status", \.status), .init("since") { time($0.createdAt) }, .init("title", isElastic: true, \.title),
        .init("description", isElastic: true) { $0.description ?? "" },
      ])
  }
}

extension AdminResource where Item == CSAAdminV1.Contact {
  static var contacts: Self {
    Self(
      name: "message", id: \.id,
      columns: [
        .init("id", \.id), .init("state") { $0.isProcessed ? "processed" : "open" }, .init("since") { time($0.createdAt) },
        .init("email", isElastic: true, \.email), .init("name", isElastic: true, \.name), .init("message", isElastic: true, \.message),
        .init("notes", isElastic: true) { $0.adminNotes ?? "" },
      ])
  }
}

extension AdminResource where Item == CSAAdminV1.OAuthClient {
  static var oauthClients: Self {
    Self(
      name: "OAuth client", id: \.clientID,
      columns: [
        .init("client", \.clientID), .init("state") { $0.isActive ? "active" : "disabled" },
        .init("kind") { $0.`public` ? "public" : "secret" }, .init("grants", isElastic: true) { $0.grantTypes.joined(separator: ",") },
        .init("scopes", isElastic: true) { $0.scopes.joined(separator: ",") }, .init("name", isElastic: true, \.clientName),
      ])
  }
}

extension AdminResource where Item == CSAAdminV1.SigningKey {
  static var signingKeys: Self {
    Self(
      name: "key", id: \.kid,
      columns: [
        .init("kid", \.kid), .init("algorithm", \.algorithm), .init("since") { time($0.createdAt) },
        .init("published until") { $0.retiresAt.map { time($0) } ?? "signs" },
      ])
  }
}

extension AdminResource where Item == CSAAdminV1.AuditEntry {
  static var auditEntries: Self {
    Self(
      name: "entry", id: \.id,
      columns: [
        .init("at") { time($0.at) }, .init("actor") { $0.actor ?? "-" }, .init("action", \.action), .init("target") { $0.target ?? "-" },
        .init("address", \.address), .init("request", isElastic: true, \.requestID), .init("detail", isElastic: true) { $0.detail ?? "" },
      ])
  }
}

extension AdminResource {
  /// The same of a time that is kept in seconds since 1970.
  static func time(seconds: Int64) -> String { time(.with { $0.seconds = seconds }) }

  /// UTC, as the JSON has it.
  static func time(_ time: GoogleProtobuf.Timestamp?) -> String {
    guard let time else { return "" }
    var text: [UInt8] = []
    Timestamp.append(wallMicroseconds: time.microseconds, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
