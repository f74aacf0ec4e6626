import CoWritingAPI
import Protobuf

/// The request of a list.
protocol ListRequest {
  var page: Int32? { get }
  var size: Int32? { get }
  var createdAfter: GoogleProtobuf.Timestamp? { get }
  var createdBefore: GoogleProtobuf.Timestamp? { get }
  var sortBy: String? { get }
  var sortOrder: String? { get }
}

/// The answer of a list: 分页响应 of the document.
protocol ListResponse: Message {
  associatedtype Item
  var items: [Item] { get set }
  var total: Int64 { get set }
  var page: Int32 { get set }
  var size: Int32 { get set }
  var pages: Int32 { get set }
}

extension ListResponse {
  /// A page of `total` rows.
  init(_ items: [Item], total: Int64, _ page: ListPage) {
    self.init()
    self.items = items
    self.total = total
    self.page = page.number
    size = page.size
    pages = page.pages(of: total)
  }
}

extension CoWritingV1.ListUsersRequest: ListRequest {}
extension CoWritingV1.ListUsersResponse: ListResponse {}
extension CoWritingV1.ListCompaniesRequest: ListRequest {}
extension CoWritingV1.ListCompaniesResponse: ListResponse {}
extension CoWritingV1.ListContactsRequest: ListRequest {}
extension CoWritingV1.ListContactsResponse: ListResponse {}
extension CoWritingV1.ListProjectsRequest: ListRequest {}
extension CoWritingV1.ListProjectsResponse: ListResponse {}
extension CoWritingV1.ListFormsRequest: ListRequest {}
extension CoWritingV1.ListFormsResponse: ListResponse {}
extension CoWritingV1.ListDocumentsRequest: ListRequest {}
extension CoWritingV1.ListDocumentsResponse: ListResponse {}
extension CoWritingV1.ListVersionsRequest: ListRequest {}
extension CoWritingV1.ListVersionsResponse: ListResponse {}
extension CoWritingV1.ListImagesRequest: ListRequest {}
extension CoWritingV1.ListImagesResponse: ListResponse {}
extension CoWritingV1.ListGenerationsRequest: ListRequest {}
extension CoWritingV1.ListGenerationsResponse: ListResponse {}
extension CoWritingV1.ListGenerationTemplatesRequest: ListRequest {}
extension CoWritingV1.ListGenerationTemplatesResponse: ListResponse {}
extension CoWritingV1.ListExportsRequest: ListRequest {}
extension CoWritingV1.ListExportsResponse: ListResponse {}
extension CoWritingV1.ListExportTemplatesRequest: ListRequest {}
extension CoWritingV1.ListExportTemplatesResponse: ListResponse {}
