// Measures the processor's clock rate by instructions of known latency.
#pragma once

#include <filesystem>
#include <string>

namespace lithe::limits {

// The present cycles a second of the caller's processor: the best of `samples` of about 20
// microseconds each. Works where the system reports no frequency, as in most virtual machines.
double clock_rate(int samples);

// The system's settings for the frequency of the first processor.
struct FrequencyRules {
  double most = 0;       // highest cycles a second; 0: unknown
  std::string governor;  // "performance", "powersave"; may be empty
};
FrequencyRules frequency_rules(const std::filesystem::path& root = "/");

}  // namespace lithe::limits
