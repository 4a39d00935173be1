// Limits from the user's cache folder, or measured and kept there.
#include <optional>
#include <system_error>

#include "base/file.h"
#include "base/folders.h"
#include "lithe/error.h"
#include "lithe/machine.h"
#include "machine/isa.h"
#include "machine/limits.h"
#include "machine/limits_file.h"
#include "machine/text.h"

namespace lithe {

namespace {

void keep(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  try {
    base::write_file_atomically(path, text);
  } catch (const Error&) {
    // Nothing is lost but the time to measure again.
  }
}

}  // namespace

std::filesystem::path limits_file(const MachineIdentity& identity) {
  const auto folder = base::cache_folder();
  return folder.empty() ? folder : folder / ("machine-" + identity.key() + ".json");
}

Limits machine_limits(const MachineIdentity& identity, const std::string& isa, Measure measure) {
  const std::string measured(machine::name(machine::measured_isa(isa)));
  const auto path = limits_file(identity);
  const std::string kept = path.empty() ? std::string() : machine::read_text(path);
  if (measure == Measure::if_unknown)
    if (auto limits = machine::find_limits(kept, identity, measured)) return *std::move(limits);
  const Limits limits = measure_limits(identity, measured);
  if (!path.empty()) keep(path, machine::with_limits(kept, identity, limits));
  return limits;
}

}  // namespace lithe
