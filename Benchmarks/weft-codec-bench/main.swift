import Glibc
import Protobuf

// weft-codec-bench DATA_DIR: reads one.bin, list.bin and list.json there and prints `weft<tab>OPERATION<tab>NANOSECONDS<tab>BYTES` for each operation.
//
// CODEC_OP=weft/OPERATION and CODEC_N=COUNT: does that operation so many times and prints nothing, for counting instructions.

/// CPU time of the process, so that what the neighbours do does not count.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

func contents(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    guard count > 0 else { return bytes }
    bytes += chunk[..<count]
  }
}

/// Keeps the optimiser from leaving the work out.
@inline(never) func use(_ value: Int) { precondition(value >= 0) }

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

func run(_ operation: String, bytes: Int, _ body: () throws -> Int) throws {
  if let wanted = environment("CODEC_OP") {
    guard wanted == "weft/" + operation else { return }
    for _ in 0..<(Int(environment("CODEC_N") ?? "") ?? 0) { use(try body()) }
    return
  }
  func time(_ count: Int) throws -> Double {
    let start = now()
    for _ in 0..<count { use(try body()) }
    return now() - start
  }
  var count = 1
  while try time(count) < 5e7 { count *= 2 }
  var rounds: [Double] = []
  for _ in 0..<7 { rounds.append(try time(count) / Double(count)) }
  rounds.sort()
  print("weft\t\(operation)\t\((rounds[3] * 10).rounded() / 10)\t\(bytes)")
}

let arguments = CommandLine.arguments
guard arguments.count == 2 else {
  print("usage: weft-codec-bench DATA_DIR")
  exit(2)
}
let one = contents(arguments[1] + "/one.bin")
let list = contents(arguments[1] + "/list.bin")
let json = contents(arguments[1] + "/list.json")
guard !one.isEmpty, !list.isEmpty, !json.isEmpty else {
  print("weft-codec-bench: \(arguments[1]) has no one.bin, list.bin and list.json")
  exit(1)
}
let ticket = try Bench.Ticket(serializedBytes: one)
let tickets = try Bench.TicketList(serializedBytes: list)
guard ticket.serializedBytes() == one, tickets.serializedBytes() == list, try Bench.TicketList(jsonUTF8Bytes: json) == tickets else {
  print("weft-codec-bench: the files do not hold the same list, or what was decoded is encoded differently")
  exit(1)
}

try run("decode one", bytes: one.count) { try Bench.Ticket(serializedBytes: one).title.utf8.count }
try run("encode one", bytes: one.count) { ticket.serializedBytes().count }
try run("decode list", bytes: list.count) { try Bench.TicketList(serializedBytes: list).items.count }
try run("encode list", bytes: list.count) { tickets.serializedBytes().count }
try run("json decode list", bytes: json.count) { try Bench.TicketList(jsonUTF8Bytes: json).items.count }
try run("json encode list", bytes: json.count) { try tickets.jsonUTF8Bytes().count }
