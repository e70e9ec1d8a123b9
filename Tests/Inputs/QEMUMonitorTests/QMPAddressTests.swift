import Testing

@testable import QEMUMonitor

@Suite struct QMPAddressTests {
  @Test(
    "The sockets of monitors are found in a command line",
    arguments: [
      ("-qmp unix:/run/a.sock,server=on,wait=off", ["/run/a.sock"]),
      ("--qmp unix:/run/a.sock,server,nowait", ["/run/a.sock"]),
      ("-qmp-pretty unix:/run/a,server=on", ["/run/a"]),
      ("-qmp unix:/run/a,,b,server=on", ["/run/a,b"]),
      ("-qmp unix:/run/a,,,,b,server=yes", ["/run/a,,b"]),
      ("-qmp unix:a.sock,server=on", ["a.sock"]),
      // QEMU is the client, the socket is not a file, or the monitor has no Unix socket.
      ("-qmp unix:/run/a", []),
      ("-qmp unix:/run/a,server=off", []),
      ("-qmp unix:/run/a,server,noserver", []),
      ("-qmp unix:name,server=on,abstract=on", []),
      ("-qmp tcp:localhost:4444,server=on", []),
      ("-qmp stdio", []),
      ("-monitor unix:/run/a,server=on", []),
      // With a character device, in both orders.
      (
        "-chardev socket,id=m,path=/run/m,server=on,wait=off -mon chardev=m,mode=control",
        ["/run/m"]
      ),
      ("-mon m,mode=control,pretty=on -chardev socket,path=/run/m,server,id=m", ["/run/m"]),
      (
        "-mon chardev=m,id=monitor,mode=control -chardev backend=socket,id=m,path=/m,server", ["/m"]
      ),
      ("-chardev socket,id=m,path=/run/m,server=on -qmp chardev:m", ["/run/m"]),
      ("-chardev socket,id=m,path=/run/m,server=on -mon chardev=m,mode=readline", []),
      ("-chardev socket,id=m,path=/run/m,server=on -mon chardev=m", []),
      ("-chardev socket,id=m,path=/run/m,server=on -mon chardev=n,mode=control", []),
      ("-chardev pty,id=m,path=/run/m -mon chardev=m,mode=control", []),
      // Started by libvirt: a descriptor instead of a path.
      ("-chardev socket,id=m,fd=22,server=on,wait=off -mon chardev=m,mode=control", []),
      // Several monitors, in the order of their options.
      (
        "-chardev socket,id=m,path=/1,server -mon m,mode=control -m 128 -qmp unix:/2,server=on",
        ["/1", "/2"]
      ),
      (
        "-qmp unix:/1,server -mon m,mode=control -chardev socket,id=m,path=/2,server", ["/1", "/2"]
      ),
      // An option without a value.
      ("-m 128 -qmp", []),
      ("", []),
    ])
  func addresses(line: String, paths: [String]) {
    let arguments = ["qemu-system-x86_64"] + line.split(separator: " ").map(String.init)
    #expect(QMPAddress.addresses(in: arguments).map(\.path) == paths)
  }
}
