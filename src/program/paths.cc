#include "program/paths.h"

#include <algorithm>

namespace lithe::program {

std::string common_folder(const std::vector<std::string>& files) {
  if (files.empty()) return {};
  std::string common = files.front();
  for (const std::string& file : files) {
    const auto [end, other] = std::mismatch(common.begin(), common.end(), file.begin(), file.end());
    common.erase(end, common.end());
  }
  common.resize(common.rfind('/') + 1);
  return common;
}

std::string_view below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) ? path.substr(folder.size()) : path;
}

}  // namespace lithe::program
