import ApplicationSupport
import CoWritingAPI
import Platform
import Protobuf
import RPC
import Storage

/// Forms of projects (项目表单 of the document).
extension ProjectService {
  /// GET /api/v1/projects/{project_id}/forms
  func listForms(_ request: CoWritingV1.ListFormsRequest, _ call: ServerCall) async throws -> CoWritingV1.ListFormsResponse {
    let owners = try call.owners()
    let query = ListQuery(request)
    let type = request.formType?.nilIfEmpty
    return try await database.read(for: call) { transaction in
      let project = try ProjectStore.required(request.projectID, of: owners, transaction)
      let (total, items) = try FormStore.page(of: project.id, type: type, query, transaction)
      // Here and not on the loop: a hundred forms can be 25 MiB of JSON.
      return .init(try items.map(CoWritingV1.FormItem.init), total: total, query.page)
    }
  }

  /// POST /api/v1/projects/{project_id}/forms
  func createForm(_ request: CoWritingV1.CreateFormRequest, _ call: ServerCall) async throws -> CoWritingV1.Form {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    var form = Form(
      projectID: request.projectID, type: request.formType, data: try Self.text(request.formData),
      fieldsCount: Int64(request.formData?.fields.count ?? 0), createdAt: now, updatedAt: now)
    form.id = try await database.write(for: call) { [form] transaction in
      _ = try ProjectStore.required(form.projectID, of: owners, transaction)
      return try FormStore.insert(form, transaction)
    }
    return try CoWritingV1.Form(form)
  }

  /// PUT /api/v1/projects/{project_id}/forms/{form_id}
  func updateForm(_ request: CoWritingV1.UpdateFormRequest, _ call: ServerCall) async throws -> CoWritingV1.Form {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    let data = try Self.text(request.formData)
    let form = try await database.write(for: call) { transaction in
      var form = try Self.form(request.formID, of: request.projectID, owners, transaction)
      if let type = request.formType { form.type = type }
      form.data = data
      form.fieldsCount = Int64(request.formData?.fields.count ?? 0)
      form.updatedAt = now
      try FormStore.update(form, transaction)
      return form
    }
    return try CoWritingV1.Form(form)
  }

  /// DELETE /api/v1/projects/{project_id}/forms/{form_id}
  func deleteForm(_ request: CoWritingV1.DeleteFormRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    try await database.write(for: call) { transaction in
      let form = try Self.form(request.formID, of: request.projectID, owners, transaction)
      try FormStore.delete(form.id, at: now, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  private static func form(_ id: Int64, of projectID: Int64, _ owners: ListOwners, _ transaction: ReadTransaction) throws -> Form {
    let project = try ProjectStore.required(projectID, of: owners, transaction)
    guard let form = try FormStore.form(id, of: project.id, transaction) else { throw CoWritingError.notFound(.form) }
    return form
  }

  private static func text(_ data: GoogleProtobuf.Struct?) throws(CoWritingError) -> String {
    try JSONObject.text(data, bytesMax: Form.dataBytesMax, field: (name: "form_data", label: "表单数据"))
  }
}
