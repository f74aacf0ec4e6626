#include <errno.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

// Declared here: the header shows it under _GNU_SOURCE only, and defining that in one module alone makes its fd_set
// differ from the other modules'.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
static inline int weft_accept4(int fd, struct sockaddr *address, socklen_t *length) {
  return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
static inline int weft_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}
static inline void weft_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Under _GNU_SOURCE only, as above; without replacing (RENAME_NOREPLACE).
extern int renameat2(int from, const char *old_name, int to, const char *new_name, unsigned int flags);
static inline int weft_rename_new(int directory, const char *old_name, const char *new_name) {
  return renameat2(directory, old_name, directory, new_name, 1);
}
// Likewise (SYNC_FILE_RANGE_WRITE): begins to write pages out, does not wait for them.
extern int sync_file_range(int file, long offset, long count, unsigned int flags);
static inline int weft_start_writeback(int file, long offset, long count) { return sync_file_range(file, offset, count, 2); }
