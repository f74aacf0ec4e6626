extension CustomerServiceApp {
  /// What a backup asks to learn which files of the blob store the database needs: each gives key, bytes, SHA-256 and content type, and
  /// can be asked once the migration `since` has run.
  public static let blobKeys: [(since: Int, sql: StaticString)] = [
    (9, "SELECT oss_key, file_size, sha256, content_type FROM csa_files")
  ]
}
