#include "data/files/data_folder.h"

#include "lithe/error.h"

namespace lithe::data {

void require_data_folder(const std::filesystem::path& folder) {
  if (folder.empty())
    throw Error(ErrorKind::usage, "no folder for data sets is known: HOME is not set", {},
                "set LITHE_DATA or give --data-dir");
}

}  // namespace lithe::data
