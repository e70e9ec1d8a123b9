public import XenStore

/// The store knows what the toolstack calls a domain.
extension XenStoreClient: DomainNames {
  public var absence: String? { failure?.description }
}
