package import RPC
import Storage

extension ValidityLog {
  /// Learns what other processes have changed, on behalf of a call: what the database cannot do is said in RPC's words.
  package func catchUp(for deadline: Deadline?) async throws(RPCError) {
    do {
      try await catchUp(deadline: deadline?.time)
    } catch let error as StorageError {
      throw error.rpcError as? RPCError ?? RPCError(.unavailable, "服务暂时不可用，请稍后再试")
    } catch {
      throw RPCError(.unavailable, "服务暂时不可用，请稍后再试")
    }
  }
}
