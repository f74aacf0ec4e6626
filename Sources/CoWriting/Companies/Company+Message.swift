import CoWritingAPI
import Protobuf

extension CoWritingV1.CompanyItem {
  init(_ company: Company, _ counts: CompanyCounts) {
    self.init()
    id = company.id
    name = company.name
    unifiedSocialCreditCode = company.creditCode
    legalRepresentative = company.legalRepresentative
    contactPhone = company.contactPhone
    contactEmail = company.contactEmail
    industry = company.industry
    createdAt = GoogleProtobuf.Timestamp(microseconds: company.createdAt)
    projectsCount = counts.projects
    activeProjectsCount = counts.activeProjects
    completedProjectsCount = counts.completedProjects
  }
}

extension CoWritingV1.Company {
  init(_ company: Company) {
    self.init()
    id = company.id
    name = company.name
    unifiedSocialCreditCode = company.creditCode
    legalRepresentative = company.legalRepresentative
    contactPhone = company.contactPhone
    contactEmail = company.contactEmail
    address = company.address
    industry = company.industry
    businessScope = company.businessScope
    createdAt = GoogleProtobuf.Timestamp(microseconds: company.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: company.updatedAt)
  }
}

extension CoWritingV1.GetCompanyResponse {
  init(_ company: Company, _ counts: CompanyCounts, documents: Int64) {
    self.init()
    id = company.id
    name = company.name
    unifiedSocialCreditCode = company.creditCode
    legalRepresentative = company.legalRepresentative
    contactPhone = company.contactPhone
    contactEmail = company.contactEmail
    address = company.address
    industry = company.industry
    businessScope = company.businessScope
    createdAt = GoogleProtobuf.Timestamp(microseconds: company.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: company.updatedAt)
    projectsCount = counts.projects
    activeProjectsCount = counts.activeProjects
    completedProjectsCount = counts.completedProjects
    documentsCount = documents
  }
}
