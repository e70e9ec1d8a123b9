import CCalls
import Glibc
import LinuxSystem
import SharedTable
import Statistics
import TestSupport
import Testing

/// The claim of names and the ownership of files.
struct NamesTests {
  private func publication(
    _ directory: MemoryDirectory, isPersistent: Bool = true
  ) -> Publication {
    var publication = Publication(name: "app", directory: directory.path)
    if isPersistent { publication.tableDirectory = directory.path }
    return publication
  }

  @Test(
    "A name belongs to one publisher at a time", arguments: [true, false])
  func uniqueName(isPersistent: Bool) throws {
    let directory = try MemoryDirectory()
    let publication = publication(directory, isPersistent: isPersistent)
    let taken = TableError.nameTaken(name: "app", directory: directory.path)
    let first = try Publisher(publication)
    let files = directory.entries
    #expect(throws: taken) { try Publisher(publication) }
    #expect(directory.entries == files, "the second publisher changed nothing")
    let reader = try Reader.connect(to: "\(directory.path)/app.socket")
    first.close()
    first.close()
    #expect(directory.entries.filter { $0 != "app.lock" }.isEmpty)
    let second = try Publisher(publication)
    #expect(try Reader(of: second).identity != reader.identity)
    withExtendedLifetime(second) {}
  }

  @Test("Closing a publisher releases its name even if a child has its descriptors")
  func closedPublisher() throws {
    let directory = try MemoryDirectory()
    let first = try Publisher(publication(directory))
    let lock = "\(directory.path)/app.lock"
    let numbers = try openDescriptors().filter { $0.value == lock }.keys.compactMap { Int32($0) }
    let child = Descriptor(owning: dup(try #require(numbers.first)))
    first.close()
    let second = try Publisher(publication(directory))
    withExtendedLifetime((second, child.rawValue)) {}
  }

  @Test("A table name is unique in its directory, independent of the socket's directory")
  func uniqueTableName() throws {
    let (tables, one, two) = (
      try MemoryDirectory(), try MemoryDirectory(), try MemoryDirectory()
    )
    let first = try Publisher(
      Publication(persistent: "app", directory: one.path, tableDirectory: tables.path))
    #expect(throws: TableError.nameTaken(name: "app", directory: tables.path)) {
      try Publisher(
        Publication(persistent: "app", directory: two.path, tableDirectory: tables.path))
    }
    let reader = try Reader.open("\(tables.path)/app.table")
    #expect(try reader.identity == Reader(of: first).identity)
    #expect(two.entries.filter { $0 != "app.lock" }.isEmpty)
  }

  @Test("The name of a dead publisher can be reused; its table exists until then")
  func deadPublisher() throws {
    let directory = try MemoryDirectory()
    let holder = try Program.holder(
      "publish", directory.path, "app", "--tables", directory.path)
    let old = try Reader.open("\(directory.path)/app.table")
    #expect(throws: TableError.self) { try Publisher(publication(directory)) }
    holder.process.kill()
    #expect(try Reader.open("\(directory.path)/app.table").identity == old.identity)
    let publisher = try Publisher(publication(directory))
    let new = try Reader.open("\(directory.path)/app.table")
    #expect(new.identity != old.identity && new.sources.isEmpty)
    old.refresh()
    #expect(old.groups.count == 6 && old.errors.isEmpty, "the old table is still mapped")
    withExtendedLifetime(publisher) {}
  }

  @Test("A publisher does not remove files of others")
  func foreignFiles() throws {
    let directory = try MemoryDirectory()
    let publisher = try Publisher(publication(directory))
    for name in ["app.table", "app.socket"] {
      removeFile("\(directory.path)/\(name)")
      _ = try directory.write([1, 2, 3], to: name)
    }
    publisher.close()
    for name in ["app.table", "app.socket"] {
      #expect(try readFile("\(directory.path)/\(name)") == [1, 2, 3], "\(name)")
    }
    // A file at the socket's path that is not a socket is an error.
    #expect(throws: TableError.self) { try Publisher(publication(directory)) }
    #expect(try readFile("\(directory.path)/app.socket") == [1, 2, 3])
    #expect(try readFile("\(directory.path)/app.table") == [1, 2, 3])
    #expect(directory.entries == ["app.lock", "app.socket", "app.table"])
  }

  @Test(
    "A directory on a disk is rejected", .enabled(if: Disk.isThere, "/var/tmp is not on a disk"))
  func disk() throws {
    let (directory, disk) = (try MemoryDirectory(), try MemoryDirectory(below: "/var/tmp"))
    #expect(throws: TableError.onDisk(file: "\(disk.path)/app.table")) {
      try Publisher(
        Publication(persistent: "app", directory: directory.path, tableDirectory: disk.path))
    }
    #expect(disk.entries.filter { $0 != "app.lock" }.isEmpty)
    // The socket may be on a disk because the table is in memory.
    let publisher = try Publisher(Publication(name: "app", directory: disk.path))
    #expect(throws: Never.self) { try Reader.connect(to: "\(disk.path)/app.socket") }
    withExtendedLifetime(publisher) {}
  }

  private enum Disk {
    static let isThere =
      (try? MemoryDirectory(below: "/var/tmp")).flatMap { directory in
        try? Descriptor.open(directory.path).isInMemory()
      } == false
  }

  /// A tmpfs of two megabytes, unmounted with the value.
  private final class SmallMemory {
    let directory: MemoryDirectory

    init?() throws {
      directory = try MemoryDirectory()
      guard unsafe mount("tmpfs", directory.path, "tmpfs", 0, "size=2m") == 0 else { return nil }
    }

    deinit { unsafe umount2(directory.path, CInt(MNT_DETACH)) }
  }

  @Test("A full filesystem causes an error, not a crash")
  func fullFilesystem() throws {
    guard let small = try SmallMemory() else { try Test.cancel("only root can mount a tmpfs") }
    let path = small.directory.path
    let publisher = try Publisher(
      Publication(persistent: "app", directory: path, tableDirectory: path))
    let source = try publisher.addSource("worker")
    let wide = Schema(packing: (0..<10_000).map { Statistic("w\($0)", .cumulative) })
    var records: [Record] = []
    let error = try #require(throws: TableError.self) {
      for number in 0..<100 {
        records.append(try publisher.addRecord("r\(number)", schema: wide, to: source))
      }
    }
    guard case .system(let reason) = error, reason.code == ENOSPC else {
      Issue.record(error)
      return
    }
    #expect(!records.isEmpty)
    for record in records { record.counter("w9999")?.bump() }
    let reader = try Reader.open("\(path)/app.table")
    #expect(reader.errors.isEmpty && reader.groups.count == records.count)
    // There is no room for a second table; its temporary file is removed.
    #expect(throws: TableError.self) {
      try Publisher(Publication(persistent: "two", directory: path, tableDirectory: path))
    }
    #expect(try !directoryEntries(path).contains("two.table.new"))
  }

  @Test("A forked child cannot change the table of its parent")
  func forkedChild() async {
    await #expect(processExitsWith: .success) {
      let directory = try MemoryDirectory()
      var child: pid_t = -1
      do {
        let publisher = try Publisher(
          Publication(persistent: "app", directory: directory.path, tableDirectory: directory.path))
        let source = try publisher.addSource("worker")
        var record: Record? = try publisher.addRecord("sums", schema: Tables.sums, to: source)
        let files = directory.entries
        child = calls_fork()
        if child == 0 {
          var isForked = false
          do throws(TableError) {
            try publisher.addSource("child")
          } catch {
            isForked = error == .forked(name: "app")
          }
          record?.counter("total")?.add(2)
          publisher.close()
          record = nil
          let isThere = directory.entries == files && publisher.readerCount == 0
          _exit(isForked && isThere ? 7 : 8)
        }
        #expect(calls_wait(child) == 7)
        record?.counter("total")?.add(1)
        let reader = try Reader.connect(to: "\(directory.path)/app.socket")
        #expect(reader.value("total", of: try #require(reader.group("sums"))) == 3)
        #expect(directory.entries == files && reader.health() == .live)
        try publisher.addSource("parent")
      }
      #expect(directory.entries.filter { $0 != "app.lock" }.isEmpty)
    }
  }

  @Test("All descriptors are close-on-exec")
  func closeOnExec() async {
    await #expect(processExitsWith: .success) {
      let directory = try MemoryDirectory()
      let before = try Set(openDescriptors().keys)
      let publisher = try Publisher(
        Publication(persistent: "app", directory: directory.path, tableDirectory: directory.path))
      let source = try publisher.addSource("worker")
      _ = try publisher.addRecord("spins", schema: Tables.heavy, to: source)
      let reader = try Reader.connect(to: "\(directory.path)/app.socket")
      try reader.enable(reader.groups)
      let unnamed = try Tables.publisher()
      let new = try Set(openDescriptors().keys).subtracting(before)
      #expect(new.count >= 10)
      for number in new.compactMap({ CInt($0) }) {
        // The descriptor of the directory that was read is closed by now.
        let flags = fcntl(number, F_GETFD)
        #expect(flags == -1 || flags & FD_CLOEXEC != 0, "descriptor \(number)")
      }
      withExtendedLifetime((publisher, reader, unnamed)) {}
    }
  }

  @Test("A record can be written after its publisher was released")
  func recordOutlivesPublisher() throws {
    let directory = try MemoryDirectory()
    var publisher: Publisher? = try Publisher(publication(directory))
    let source = try #require(try publisher?.addSource("worker"))
    let record = try #require(
      try publisher?.addRecord("sums", schema: Tables.sums, to: source))
    let onDemand = try #require(
      try publisher?.addRecord("spins", schema: Tables.heavy, to: source))
    let reader = try Reader.connect(to: "\(directory.path)/app.socket")
    try reader.enable(reader.groups)
    publisher = nil
    record.counter("total")?.bump()
    onDemand.counter("spins")?.bump()
    #expect(reader.health() == .closed)
    #expect(reader.value("total", of: try #require(reader.group("sums"))) == 1)
    #expect(directory.entries.filter { $0 != "app.lock" }.isEmpty)
  }

  @Test("Releasing publishers and readers closes all descriptors")
  func allDescriptorsClosed() async {
    await #expect(processExitsWith: .success) {
      func use() throws {
        let directory = try MemoryDirectory()
        let publisher = try Publisher(
          Publication(persistent: "app", directory: directory.path, tableDirectory: directory.path))
        let source = try publisher.addSource("worker")
        _ = try publisher.addRecord("spins", schema: Tables.heavy, to: source)
        for _ in 0..<3 {
          let reader = try Reader.connect(to: "\(directory.path)/app.socket")
          try reader.enable(reader.groups)
        }
        #expect(throws: TableError.self) { try Publisher(publisher.publication) }
      }
      try use()
      let before = try openDescriptors().count
      for _ in 0..<20 { try use() }
      #expect(try openDescriptors().count == before)
    }
  }
}
