// What runtimes tell of the code that they generate while a program runs: Java virtual machines by
// Lithe's library that they load, Node and others by the maps that they write for perf.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "program/code_map.h"
#include "program/java_records.h"
#include "program/launch.h"

namespace lithe::program {

class GeneratedCode {
 public:
  // `maps`: the folder of perf's maps.
  explicit GeneratedCode(std::filesystem::path maps = "/tmp");
  GeneratedCode(const GeneratedCode&) = delete;
  GeneratedCode& operator=(const GeneratedCode&) = delete;
  ~GeneratedCode();  // removes the files that were written because of the variables

  // The environment variables that make runtimes tell it. `preload`: the library.
  Variables variables(const std::filesystem::path& preload);

  // A file that the process has mapped as code.
  void mapped(pid_t process, std::string_view file_name);

  // The functions at an address, innermost first. Reads what is new, at most twenty times a second.
  std::vector<CodeMap::Frame> find(pid_t process, std::uint64_t address);

 private:
  struct PerfMap {
    int descriptor = -1;
    std::uint64_t read = 0;
    std::string rest;  // of a line that has not ended
  };

  void read_records();
  void read_perf_map(pid_t process);
  std::string path_of(pid_t process) const;
  void remove_files() const;

  std::filesystem::path folder_;
  int records_file_ = -1;
  std::uint64_t records_read_ = 0;
  std::map<pid_t, CodeMap> maps_;
  JavaRecords records_{maps_};
  std::map<pid_t, PerfMap> perf_maps_;
  bool asked_ = false;                            // by the variables
  std::map<pid_t, std::filesystem::path> nodes_;  // and the folder that each was started in
  std::map<pid_t, std::uint64_t> looked_;         // when
};

}  // namespace lithe::program
