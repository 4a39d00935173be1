// The functions and lines of code that a runtime generates while the program runs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "program/python_reader.h"

namespace lithe::program {

// Of one process.
class CodeMap {
 public:
  struct Frame {
    std::shared_ptr<const PythonCode> code;
    int line = 0;
  };
  // The code up to an address: the innermost function first, and those that it was inlined into.
  struct Position {
    std::uint64_t end = 0;
    std::vector<Frame> frames;
  };
  struct Function {
    std::uint64_t start = 0, size = 0;
    std::vector<Position> positions;  // by their ends
  };

  // In the place of what was there before.
  void add(Function function);

  // A map as perf reads it (/tmp/perf-PID.map), or a part of one that ends with a line's end. Its
  // lines are "START SIZE NAME", the numbers hexadecimal.
  void add_perf_map(std::string_view text);

  // Nothing if the code at this address is not known.
  std::vector<Frame> find(std::uint64_t address) const;

  // The same object for the same function.
  std::shared_ptr<const PythonCode> code(std::string_view file, std::string_view name);

 private:
  std::map<std::uint64_t, Function> functions_;  // by their start
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const PythonCode>> codes_;
};

// A function as V8 (Node) names it: "JS:*train /home/me/train.js:12:3" is train at line 12 of
// /home/me/train.js. Other names have no file.
struct GeneratedName {
  std::string file, name;
  int line = 0;
};
GeneratedName parse_generated_name(std::string_view text);

}  // namespace lithe::program
