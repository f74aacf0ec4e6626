import CustomerServiceAPI
import Protobuf

extension CSAv1.Project {
  /// What the document shows of a project.
  init(_ project: Project) {
    self.init()
    id = project.id
    ownerEmail = project.ownerEmail
    name = project.name
    description = project.description
    overviewMarkdown = project.overviewMarkdown
    createdAt = GoogleProtobuf.Timestamp(microseconds: project.createdAt)
    updatedAt = project.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}

extension CSAv1.ProjectLink {
  /// What the document shows of a link.
  init(_ link: ProjectLink) {
    self.init()
    id = link.id
    projectID = link.projectID
    title = link.title
    url = link.url
    description = link.description
    createdAt = GoogleProtobuf.Timestamp(microseconds: link.createdAt)
    updatedAt = link.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}

extension CSAv1.ProjectTask {
  /// What the document shows of a task.
  init(_ task: ProjectTask) {
    self.init()
    id = task.id
    projectID = task.projectID
    title = task.title
    description = task.description
    status = task.status
    createdAt = GoogleProtobuf.Timestamp(microseconds: task.createdAt)
    updatedAt = task.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
