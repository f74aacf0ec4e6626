import CoWritingAPI
import Protobuf

extension CoWritingV1.ProjectItem {
  init(_ project: Project, _ surroundings: ProjectSurroundings) {
    self.init()
    id = project.id
    name = project.name
    type = project.type
    status = project.status
    description = project.description
    userID = project.ownerID
    userName = surroundings.ownerName
    companyID = project.companyID
    companyName = surroundings.companyName
    createdAt = GoogleProtobuf.Timestamp(microseconds: project.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: project.updatedAt)
    documentsCount = surroundings.documents
    formsCount = surroundings.forms
    progress = surroundings.progress
  }
}

extension CoWritingV1.Project {
  init(_ project: Project) throws {
    self.init()
    id = project.id
    name = project.name
    type = project.type
    status = project.status
    description = project.description
    userID = project.ownerID
    companyID = project.companyID
    metadata = try JSONObject.object(project.metadata)
    createdAt = GoogleProtobuf.Timestamp(microseconds: project.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: project.updatedAt)
  }
}

extension CoWritingV1.GetProjectResponse {
  init(_ project: Project, _ surroundings: ProjectSurroundings) throws {
    self.init()
    id = project.id
    name = project.name
    type = project.type
    status = project.status
    description = project.description
    userID = project.ownerID
    userName = surroundings.ownerName
    companyID = project.companyID
    companyName = surroundings.companyName
    metadata = try JSONObject.object(project.metadata)
    createdAt = GoogleProtobuf.Timestamp(microseconds: project.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: project.updatedAt)
    completedAt = project.completedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    documentsCount = surroundings.documents
    formsCount = surroundings.forms
    progress = surroundings.progress
  }
}
