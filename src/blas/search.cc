#include "blas/search.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <system_error>

#include "base/text.h"

namespace lithe::blas {

namespace {

namespace fs = std::filesystem;

struct Kind {
  std::string_view name, kind;
};

// Names between "lib" and ".so". They match as a whole, before the digest that Python packages
// append, or as a prefix of names such as OpenBLAS's "p-r0.3.21" and BLIS's "64" and "-mt".
constexpr Kind kExact[] = {{"blas", "BLAS"},
                           {"blas64", "BLAS"},

                           {"mkl_rt", "MKL"},
                           {"flexiblas", "FlexiBLAS"},
                           {"flexiblas64", "FlexiBLAS"},
                           {"satlas", "ATLAS"},
                           {"tatlas", "ATLAS"},
                           {"f77blas", "ATLAS"},
                           {"armpl_lp64", "ArmPL"},
                           {"armpl_ilp64", "ArmPL"},
                           {"nvpl_blas_lp64_gomp", "NVPL"},
                           {"nvpl_blas_ilp64_gomp", "NVPL"}};
constexpr Kind kBeginning[] = {
    {"openblas", "OpenBLAS"}, {"scipy_openblas", "OpenBLAS"}, {"goto2", "GotoBLAS"}};

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (!blas_kind(it->path().filename().string()).empty()) found.push_back(it->path());
  // The shortest name first, which is the one that programs link to.
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
    const auto &x = a.native(), &y = b.native();
    return x.size() != y.size() ? x.size() < y.size() : x < y;
  });
  return found;
}

std::string ending(const fs::path& path) {
  constexpr std::streamoff kBytes = 64 << 10;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  if (size < 0) return {};
  file.seekg(std::max(std::streamoff{0}, size - kBytes));
  std::string text(static_cast<std::size_t>(std::min(size, kBytes)), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

// Compares the beginning, which contains the build id, and the end, which contains the section
// table.
bool same_content(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (!fs::is_regular_file(a, error) || !fs::is_regular_file(b, error)) return false;
  if (fs::file_size(a, error) != fs::file_size(b, error) || error) return false;
  return base::read_text(a) == base::read_text(b) && ending(a) == ending(b);
}

BlasFile* find_same(std::vector<BlasFile>& files, const fs::path& real) {
  const auto found = std::find_if(files.begin(), files.end(), [&real](const BlasFile& file) {
    return file.path == real || same_content(file.path, real);
  });
  return found == files.end() ? nullptr : &*found;
}

}  // namespace

std::string_view blas_kind(std::string_view file_name) {
  const std::size_t end = file_name.find(".so");
  if (!file_name.starts_with("lib") || end == std::string_view::npos) return {};
  const std::string_view after = file_name.substr(end + 3);
  if (!after.empty() && after.front() != '.') return {};
  const std::string_view name = file_name.substr(3, end - 3);
  for (const Kind& row : kExact)
    if (name == row.name || (name.starts_with(row.name) && name[row.name.size()] == '-'))
      return row.kind;
  for (const Kind& row : kBeginning)
    if (name.starts_with(row.name)) return row.kind;
  // "libblister" is not a BLAS.
  const bool blis = name.starts_with("blis") && (name.size() == 4 || !std::islower(name[4]));
  return blis ? "BLIS" : "";
}

std::vector<BlasFile> blas_files(const std::vector<BlasFolder>& folders) {
  std::vector<BlasFile> files;
  std::set<std::string> asked;  // names that the loader has found already
  for (const BlasFolder& folder : folders)
    for (const fs::path& path : files_in(folder.path)) {
      std::error_code error;
      const fs::path real = fs::canonical(path, error);
      if (error) continue;  // a link to nowhere
      const std::string name = path.filename().string();
      const bool wins = folder.owner == "loader" && asked.insert(name).second;
      if (BlasFile* same = find_same(files, real)) {
        same->names.push_back(path.string());
        continue;
      }
      files.push_back({real, {path.string()}, folder.owner, wins});
    }
  return files;
}

}  // namespace lithe::blas
