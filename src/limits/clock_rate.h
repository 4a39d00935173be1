// How fast the processor is clocked, told by its own instructions.
#pragma once

#include <filesystem>
#include <string>

namespace lithe::limits {

// Cycles a second of the processor that the caller runs on, now: the best of `samples` of some 20
// microseconds each. Works where the system tells no frequency, as in most virtual machines.
double clock_rate(int samples);

// What the system says of the first processor's frequency.
struct FrequencyRules {
  double most = 0;       // cycles a second that it may reach; 0: unknown
  std::string governor;  // Linux's rule for choosing one: "performance", "powersave"; may be empty
};
FrequencyRules frequency_rules(const std::filesystem::path& root = "/");

}  // namespace lithe::limits
