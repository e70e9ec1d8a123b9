public import XenStore

/// The toolstack writes the names of domains to xenstored.
extension XenStoreClient: DomainNames {
  public var absence: String? { failure?.description }
}
