public import XenStore

/// Reads the names of domains from xenstored, where the toolstack writes them.
extension XenStoreClient: DomainNames {
  public var absence: String? { failure?.description }
}
