// The processor's name and features from /proc/cpuinfo.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lithe::cpu {

struct CpuInfo {
  std::string processor = "unknown processor", vendor = "unknown";
  int family = 0, model = 0, stepping = 0;
  std::vector<std::string> instruction_sets;
  bool hypervisor = false;
};

// Parses the paragraph of the first processor.
CpuInfo parse_cpuinfo(std::string_view text);

}  // namespace lithe::cpu
