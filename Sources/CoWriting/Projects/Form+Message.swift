import CoWritingAPI
import Protobuf

extension CoWritingV1.FormItem {
  init(_ form: Form) throws {
    self.init()
    id = form.id
    projectID = form.projectID
    formType = form.type
    formData = try JSONObject.object(form.data)
    createdAt = GoogleProtobuf.Timestamp(microseconds: form.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: form.updatedAt)
    fieldsCount = form.fieldsCount
  }
}

extension CoWritingV1.Form {
  init(_ form: Form) throws {
    self.init()
    id = form.id
    projectID = form.projectID
    formType = form.type
    formData = try JSONObject.object(form.data)
    createdAt = GoogleProtobuf.Timestamp(microseconds: form.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: form.updatedAt)
  }
}
