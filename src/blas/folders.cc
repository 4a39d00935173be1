// The folders that may contain a BLAS.
#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "blas/search.h"

namespace lithe::blas {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 4096;  // read of one folder
constexpr int kMostIncludes = 4;            // of one file of /etc/ld.so.conf in another

// The folders in a folder, sorted, those that cannot be read left out.
std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  std::size_t seen = 0;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (++seen > kMostEntries) break;
    std::error_code ignored;
    if (it->is_directory(ignored)) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [name](std::string_view start) { return name.starts_with(start); });
}

class Collector {
 public:
  explicit Collector(const Surroundings& surroundings) : surroundings_(surroundings) {}

  std::vector<BlasFolder> collect() {
    loader();
    alternatives();
    vendors();
    environments();
    return std::move(found_);
  }

 private:
  fs::path below_root(const fs::path& path) const {
    return surroundings_.root / path.relative_path();
  }

  void add(const fs::path& folder, const std::string& owner) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error || !fs::is_directory(real, error) || !seen_.insert(real).second) return;
    found_.push_back({real, owner});
  }

  template <typename Do>
  void for_each_in(const char* variable, Do&& act) const {
    const std::string value = surroundings_.variable(variable);
    for (std::string_view rest = value; !rest.empty();)
      if (const auto part = base::take_until(rest, ':'); part.starts_with('/'))
        act(below_root(fs::path(part)));
  }

  void loader() {
    for_each_in("LD_LIBRARY_PATH", [this](const fs::path& path) { add(path, "loader"); });
    configuration(below_root("/etc/ld.so.conf"), 0);
    for (const char* path : {"/lib64", "/usr/lib64", "/lib", "/usr/lib"})
      add(below_root(path), "loader");
  }

  // A folder a line, or `include` and a pattern, of which the usual one is a folder's *.conf.
  void configuration(const fs::path& file, int depth) {
    const std::string text = base::read_text(file);
    for (std::string_view rest = text; !rest.empty();) {
      std::string_view line = base::take_until(rest, '\n');
      line = base::trim(base::take_until(line, '#'));
      if (line.starts_with('/')) add(below_root(fs::path(line)), "loader");
      if (!line.starts_with("include") || depth == kMostIncludes) continue;
      const fs::path pattern(base::trim(line.substr(7)));
      const fs::path folder = pattern.is_absolute() ? below_root(pattern.parent_path())
                                                    : file.parent_path() / pattern.parent_path();
      for (const fs::path& part : configurations_in(folder)) configuration(part, depth + 1);
    }
  }

  static std::vector<fs::path> configurations_in(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
      if (it->path().extension() == ".conf") found.push_back(it->path());
    std::sort(found.begin(), found.end());
    return found;
  }

  // Debian keeps each BLAS in a folder of its own below the loader's, Fedora ATLAS.
  void alternatives() {
    for (const BlasFolder& folder : std::vector<BlasFolder>(found_))
      for (const fs::path& inner : folders_in(folder.path))
        if (starts_with_any(inner.filename().string(),
                            {"openblas", "blas", "blis", "atlas", "mkl", "flexiblas"}))
          add(inner, "system");
  }

  void vendors() {
    for_each_in("MKLROOT", [this](const fs::path& path) { mkl(path); });
    for (const fs::path& version : folders_in(below_root("/opt/intel/oneapi/mkl"))) mkl(version);
    mkl(below_root("/opt/intel/mkl"));
    for (const char* name : {"/opt/OpenBLAS/lib", "/opt/AMD/aocl/lib", "/usr/local/lib64"})
      add(below_root(name), "system");
  }

  void mkl(const fs::path& root) {
    add(root / "lib/intel64", "system");
    add(root / "lib", "system");
  }

  void environments() {
    for (const char* variable : {"CONDA_PREFIX", "VIRTUAL_ENV"})
      for_each_in(variable, [this](const fs::path& prefix) { environment(prefix); });
    for_each_in("PATH", [this](const fs::path& folder) {
      std::error_code ignored;
      if (fs::exists(folder / "python3", ignored)) environment(folder.parent_path());
    });
    const fs::path home = surroundings_.variable("HOME");
    if (!home.empty()) in_home(below_root(home));
    for (const char* conda : {"/opt/conda", "/opt/miniconda3"}) conda_at(below_root(conda));
    environment(below_root("/usr"));
    environment(below_root("/usr/local"));
  }

  void in_home(const fs::path& home) {
    environment(home / ".local");
    for (const fs::path& version : folders_in(home / ".pyenv/versions")) environment(version);
    for (const char* conda : {"miniconda3", "anaconda3", "miniforge3", "mambaforge"})
      conda_at(home / conda);
  }

  void conda_at(const fs::path& prefix) {
    environment(prefix);
    for (const fs::path& inner : folders_in(prefix / "envs")) environment(inner);
  }

  // lib/ is conda's and that of the mkl package; packages carry their own in NAME.libs, and older
  // ones in NAME/.libs.
  void environment(const fs::path& prefix) {
    const std::string owner = prefix.lexically_normal().string();
    add(prefix / "lib", owner);
    for (const fs::path& python : folders_in(prefix / "lib")) {
      if (!python.filename().string().starts_with("python")) continue;
      for (const char* packages : {"site-packages", "dist-packages"})
        in_packages(python / packages, owner);
    }
  }

  void in_packages(const fs::path& packages, const std::string& owner) {
    for (const char* name :
         {"numpy", "scipy", "scikit_learn", "torch", "scipy_openblas32", "scipy_openblas64"}) {
      add(packages / (std::string(name) + ".libs"), owner);
      add(packages / name / ".libs", owner);
      add(packages / name / "lib", owner);
    }
  }

  const Surroundings& surroundings_;
  std::vector<BlasFolder> found_;
  std::set<fs::path> seen_;
};

}  // namespace

Surroundings this_machine() {
  return {"/", [](const char* name) {
            const char* value = std::getenv(name);
            return std::string(value == nullptr ? "" : value);
          }};
}

std::vector<BlasFolder> blas_folders(const Surroundings& surroundings) {
  return Collector(surroundings).collect();
}

}  // namespace lithe::blas
