#include "profile_output.h"

#include <fmt/format.h>

#include <system_error>

#include "allocations.h"
#include "base/file.h"
#include "lithe/error.h"

namespace lithe::app {

void prepare_profile_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder))
    throw Error(ErrorKind::usage, fmt::format("'{}' cannot be made a folder", folder), "--profile",
                "a folder to write to, which may be new");
}

Profile profile_of(const ProfileRecords& records, const MachineIdentity& machine,
                   const Limits& limits, std::optional<std::uint64_t> allocations) {
  Profile profile = make_profile(records, machine, limits);
  profile.allocations = allocations;
  if (allocations && *allocations > 0) profile.allocation_sites = heap_sites();
  return profile;
}

void write_profile(const std::filesystem::path& folder, const Profile& profile,
                   const ProfileRecords& records) {
  base::write_file_atomically(folder / "profile.txt", profile_table(profile));
  base::write_file_atomically(folder / "profile.json", profile_json(profile));
  base::write_file_atomically(folder / "roofline.svg", draw_roofline(profile));
  base::write_file_atomically(folder / "trace.json", profile_trace(records));
  base::write_file_atomically(folder / "profile.folded", profile_folded(profile));
}

}  // namespace lithe::app
