// Limits from the user's cache folder, or measured and kept there.
#include <chrono>
#include <optional>
#include <system_error>

#include "base/file.h"
#include "base/folders.h"
#include "base/text.h"
#include "cpu/isa.h"
#include "cpu/targets.h"
#include "limits/limits.h"
#include "limits/limits_file.h"
#include "lithe/error.h"
#include "lithe/machine.h"

namespace lithe {

namespace {

// What a build for finding errors reaches says nothing of the machine.
#if !defined(__OPTIMIZE__) || defined(LITHE_SANITIZED)
constexpr const char* kSuffix = "-debug";
#else
constexpr const char* kSuffix = "";
#endif

void keep(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  try {
    base::write_file_atomically(path, text);
  } catch (const Error&) {
    // Nothing is lost but the time to measure again.
  }
}

// Limits that are worth keeping as they are for now: other programs did not disturb the
// measurement, or it was made so recently that they are most likely still there.
bool good_for_now(const Limits& limits) {
  constexpr std::chrono::seconds kWait(60);
  const std::chrono::system_clock::time_point then{std::chrono::seconds(limits.measured_at)};
  const auto age = std::chrono::system_clock::now() - then;
  return !limits.under_load || (age >= std::chrono::seconds(0) && age < kWait);
}

}  // namespace

std::filesystem::path limits_file(const MachineIdentity& identity) {
  const auto folder = base::cache_folder();
  return folder.empty() ? folder : folder / ("machine-" + identity.key() + kSuffix + ".json");
}

Limits machine_limits(const MachineIdentity& identity, const std::string& isa, Measure measure) {
  const std::string measured(cpu::name(limits::measured_isa(isa)));
  const auto path = limits_file(identity);
  const std::string text = path.empty() ? std::string() : base::read_text(path);
  const auto kept = limits::find_limits(text, identity, measured);
  if (measure == Measure::if_unknown && kept && good_for_now(*kept)) return *kept;
  Limits limits = measure_limits(identity, measured);
  // What others take makes figures smaller, never larger.
  if (limits.under_load && kept) limits = limits::best_of(limits, *kept);
  if (!path.empty()) keep(path, limits::with_limits(text, identity, limits));
  return limits;
}

}  // namespace lithe
