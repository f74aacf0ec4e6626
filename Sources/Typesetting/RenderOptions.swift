/// What goes around a document's text, the same for every writer. Texts are printed as they are, control characters aside.
package struct RenderOptions: Sendable, Equatable {
  package var page = PageSetup()
  package var header: String?
  package var footer: String?
  package var hasPageNumbers = true
  package var watermark: Watermark?
  package var hasTableOfContents = false
  package var metadata = DocumentMetadata()
  /// Whether a first page shows the metadata.
  package var hasMetadataPage = false
  /// Shown in an appendix unless empty.
  package var versions: [VersionEntry] = []
  /// Pages that a PDF may have.
  package var pagesMax = 5_000
  /// Bytes that the result may have.
  package var outputBytesMax = 256 << 20

  package init() {}
}

package struct Watermark: Sendable, Equatable {
  package var text: String
  /// 0 (nothing to be seen) to 1.
  package var opacity: Double
  package init(text: String, opacity: Double = 0.1) {
    self.text = text
    self.opacity = opacity
  }
}

package struct DocumentMetadata: Sendable, Equatable {
  package var title = ""
  package var author = ""
  package var subject = ""
  package var keywords: [String] = []
  /// Microseconds since 1970; the only times that come into the result.
  package var created: Int64?
  package var changed: Int64?
  /// Further lines of the metadata page, such as the project's name.
  package var details: [Detail] = []

  package struct Detail: Sendable, Equatable {
    package var name: String
    package var value: String
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(title: String = "", author: String = "") {
    self.title = title
    self.author = author
  }
}

/// A line of the appendix of versions.
package struct VersionEntry: Sendable, Equatable {
  package var number: String
  /// Microseconds since 1970.
  package var date: Int64
  package var author: String
  package var summary: String
  package init(number: String, date: Int64, author: String, summary: String) {
    self.number = number
    self.date = date
    self.author = author
    self.summary = summary
  }
}
