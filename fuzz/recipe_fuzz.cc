// Feeds the reader of recipes anything at all. It may refuse with lithe::Error; what it accepts has
// a value for each key, and no key twice.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "command_line.h"
#include "lithe/error.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("fuzz", 0);
  require(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size));
  try {
    std::set<std::string> keys;
    for (const auto& entry :
         lithe::app::read_recipe_file("/proc/self/fd/" + std::to_string(file))) {
      require(!entry.key.empty() && !entry.values.empty() && !entry.where.empty());
      require(keys.insert(entry.key).second);
    }
  } catch (const lithe::Error& error) {
    require(!error.problem().empty() && !error.where().empty());
  }
  close(file);
  return 0;
}
