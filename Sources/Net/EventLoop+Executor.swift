extension EventLoop: TaskExecutor, SerialExecutor {
  public func enqueue(_ job: consuming ExecutorJob) {
    add(.job(UnownedJob(job)))
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
  }

  public func checkIsolated() {
    precondition(inLoop, "not on the event loop that owns this")
  }

  public func isIsolatingCurrentContext() -> Bool? { inLoop }
}
