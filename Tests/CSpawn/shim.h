#include <spawn.h>
#include <sys/types.h>

// Declared here: glibc's headers show these under _GNU_SOURCE only, and defining that in one module alone makes its
// fd_set differ from the other modules'.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict actions, const char *restrict path);
extern int pidfd_open(pid_t process, unsigned int flags);
extern int memfd_create(const char *name, unsigned int flags);
extern char **environ;

/// A file in memory that no other program gets (MFD_CLOEXEC).
static inline int weft_memory_file(const char *name) { return memfd_create(name, 1); }
static inline char **weft_environment(void) { return environ; }
