#include "lost_file.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "base/mapped_file.h"

namespace lithe::app {

namespace {

void tell(const char* text) { (void)!::write(STDERR_FILENO, text, std::strlen(text)); }

// What was written before is on the disk, and the locks of files end with the program.
void on_lost_page(int signal, siginfo_t* info, void*) {
  static std::atomic_flag told;
  if (told.test_and_set()) ::pause();  // another thread is about to end the program
  const char* const path = base::MappedFile::containing(info->si_addr);
  if (path == nullptr) {  // not ours: comes again, and ends the program
    ::signal(signal, SIG_DFL);
    return;
  }
  tell("\nlithe: cannot read '");
  tell(path);
  tell("' to its end:\n  another program made it shorter, or its disk fails\n");
  tell("  try: the same command again\n");
  ::_exit(1);
}

}  // namespace

void catch_lost_files() {
  struct sigaction action {};
  action.sa_sigaction = on_lost_page;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace lithe::app
