import Delivery
import Foundation
import Outbound

/// How messages reach people: the settings of mail, text messages and the certificates trusted on the way.
struct MessagingSettings {
  struct Mail {
    let server: OutboundMail.Server
    let from: MailAddress
  }

  /// Nil: mail goes to the outbox file.
  let mail: Mail?
  /// Nil: text messages go to the outbox file.
  let sms: SMSProvider?
  let authorityFile: String?

  /// What error messages say instead of a URL with a password in it: they end up in logs.
  private static let hidden = "something else (not repeated here, as it may hold a password)"

  init(_ source: SettingSource) throws {
    mail = try Self.mail(source)
    sms = try Self.sms(source)
    authorityFile = try Self.authorityFile(source)
  }

  private static func mail(_ source: SettingSource) throws -> Mail? {
    let from = try source.text("WEFT_MAIL_FROM")
    guard let url = try source.text("WEFT_SMTP_URL") else {
      if from == nil { return nil }
      throw SettingError(setting: "WEFT_SMTP_URL", takes: "\(OutboundMail.Server.urlForm), as WEFT_MAIL_FROM is set", got: nil)
    }
    guard let server = OutboundMail.Server(smtpURL: url) else {
      throw SettingError(setting: "WEFT_SMTP_URL", takes: OutboundMail.Server.urlForm, got: hidden)
    }
    guard let from else {
      throw SettingError(setting: "WEFT_MAIL_FROM", takes: "Name <address> or an address, as WEFT_SMTP_URL is set", got: nil)
    }
    guard let address = MailAddress(setting: from) else {
      throw SettingError(setting: "WEFT_MAIL_FROM", takes: "Name <address> or an address, ASCII but for the name", got: from)
    }
    return Mail(server: server, from: address)
  }

  private static func sms(_ source: SettingSource) throws -> SMSProvider? {
    guard let url = try source.text("WEFT_SMS_URL") else { return nil }
    guard let provider = SMSProvider(url: url) else {
      throw SettingError(setting: "WEFT_SMS_URL", takes: SMSProvider.urlForm, got: hidden)
    }
    return provider
  }

  static func authorityFile(_ source: SettingSource) throws -> String? {
    guard let path = try source.text("WEFT_OUTBOUND_CA") else { return nil }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.contains("-----BEGIN CERTIFICATE-----") else {
      throw SettingError(setting: "WEFT_OUTBOUND_CA", takes: "the path of a PEM file with certificates", got: path)
    }
    return path
  }
}
