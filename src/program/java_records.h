// Reads what the library in a Java virtual machine writes about the code that this compiles
// (preload/java_agent.cc).
//
//   C PROCESS START SIZE         code of a method; the lines up to E are about it
//   M FILE<tab>CLASS.METHOD      a method that is part of it, numbered from 0 on; 0 is itself
//   L END METHOD:LINE ...        the code up to an address: the innermost method first
//   E
//   D PROCESS START SIZE NAME    code that is no method's
//
// Processes, methods and lines are decimal, addresses and sizes hexadecimal.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "program/code_map.h"

namespace lithe::program {

class JavaRecords {
 public:
  explicit JavaRecords(std::map<pid_t, CodeMap>& maps) : maps_(maps) {}

  // The next part of the text, which may end anywhere.
  void take(std::string_view text);

 private:
  void take_line(std::string_view line);
  void begin(std::string_view line);
  void take_method(std::string_view line);
  void take_position(std::string_view line);
  void take_other(std::string_view line);
  CodeMap* map_of(pid_t process);

  std::map<pid_t, CodeMap>& maps_;
  std::string rest_;  // of a line that has not ended
  CodeMap* map_ = nullptr;
  CodeMap::Function function_;
  std::vector<std::shared_ptr<const PythonCode>> methods_;
};

}  // namespace lithe::program
