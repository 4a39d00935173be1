// Feeds the maps of generated code anything at all: those that runtimes write for perf, and the
// records of a Java virtual machine.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "program/code_map.h"
#include "program/java_records.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lithe::program;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CodeMap map;
  map.add_perf_map(text);
  std::map<pid_t, CodeMap> maps;
  JavaRecords records(maps);
  records.take(text.substr(0, size / 2));
  records.take(text.substr(size / 2));
  maps[0] = map;
  for (const auto& [process, known] : maps)
    for (std::uint64_t address = 0; address < 0x10000; address += 0x40)
      for (const CodeMap::Frame& frame : known.find(address))
        require(frame.code != nullptr && frame.line >= 0);
  return 0;
}
