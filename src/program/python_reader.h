// Reads the stacks of a running CPython process from its memory, without stopping it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "program/address_space.h"
#include "program/python_layout.h"
#include "program/remote_memory.h"

namespace lithe::program {

// A function of Python's, as its code object describes it, or a compiled one.
struct PythonCode {
  std::string file, name;
  std::string lines;  // the table of its lines
  int first_line = 0;
  bool native = false;
  int minor = 0;  // of CPython 3.x, the x
};

struct PythonFrame {
  std::shared_ptr<const PythonCode> code;
  int line = 0;
};

struct PythonThread {
  pid_t thread = 0;
  bool collecting = false;          // it collects garbage
  bool holds_lock = false;          // the interpreter's lock
  std::vector<PythonFrame> frames;  // the innermost first
};

class PythonReader {
 public:
  // Whether a file of this name may be a CPython: "python3.11", "libpython3.11.so.1.0".
  static bool may_be_python(std::string_view file_name);

  // `file` is mapped as code in the process. Returns null if it is not a CPython of a version that
  // is known (3.9 to 3.14), or its memory cannot be read.
  static std::unique_ptr<PythonReader> open(pid_t process, const Mapping& file);

  // By the addresses of _PyRuntime and PyCode_Type. Null if the version is not known.
  static std::unique_ptr<PythonReader> at(pid_t process, std::uint64_t runtime,
                                          std::uint64_t code_type, int minor);

  // The threads that have a stack. One whose stack changed under the reader's eyes is left out:
  // pointers are followed only to where a code object is.
  std::vector<PythonThread> read();

  int minor() const { return minor_; }

 private:
  explicit PythonReader(pid_t process) : process_(process), memory_(process) {}
  bool find_layout();
  void read_interpreter(std::uint64_t at, std::vector<PythonThread>& threads);
  bool read_frames(std::uint64_t frame, PythonThread& thread);
  pid_t thread_id(std::uint64_t at) const;
  std::uint64_t word(std::uint64_t address) const;
  std::shared_ptr<const PythonCode> code_at(std::uint64_t address);
  std::string text_at(std::uint64_t address) const;
  std::string bytes_at(std::uint64_t address) const;
  int line_of(const PythonCode& code, std::uint64_t at, std::uint64_t instruction) const;

  struct Known {
    std::uint64_t file = 0, name = 0, lines = 0;  // addresses, which tell whether it is the same
    unsigned reading = 0;                         // when that was looked at
    std::shared_ptr<const PythonCode> code;
  };

  pid_t process_;
  RemoteMemory memory_;
  std::uint64_t runtime_ = 0, code_type_ = 0;
  int minor_ = 0;
  PythonLayout layout_;
  unsigned reading_ = 0;  // how many there were
  std::unordered_map<std::uint64_t, Known> codes_;
  std::uint64_t text_bytes_ = 0;  // of all code objects that were read
  int frames_left_ = 0;           // that may still be read in this turn
};

}  // namespace lithe::program
