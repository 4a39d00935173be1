// Finds the BLAS libraries of a machine without loading any.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::blas {

// A file system and an environment to search: those of this machine, or of a test.
struct Surroundings {
  std::filesystem::path root = "/";
  // The value of an environment variable, empty if it is not set. Paths in it are below `root`.
  std::function<std::string(const char*)> variable;
};

Surroundings this_machine();

// A folder with the programs that load from it.
struct BlasFolder {
  std::filesystem::path path;
  std::string owner;  // "loader", "system", or the Python environment's folder
};

// The existing folders that may contain a BLAS, in order of precedence and without duplicates:
// those of the dynamic loader (LD_LIBRARY_PATH, /etc/ld.so.conf, its defaults), the folders below
// them that Debian's alternatives point to, folders of vendors below /opt, and those of conda and
// Python environments (the active one, that of each Python in PATH, and those in the usual places).
std::vector<BlasFolder> blas_folders(const Surroundings& surroundings);

// The kind by the file's name: "OpenBLAS", "BLIS", "MKL", "ATLAS", "FlexiBLAS", "ArmPL", "NVPL", or
// "BLAS" for libblas, which may be any of them. Empty for files that are not a BLAS, such as the C
// interface libcblas.
std::string_view blas_kind(std::string_view file_name);

struct BlasFile {
  std::filesystem::path path;      // without symbolic links
  std::vector<std::string> names;  // all paths that lead to it
  std::string owner;               // of the first folder with it
  bool by_loader = false;          // the loader finds it for names.front()
};

// The BLAS libraries in `folders`, each file once, in the order of the folders. Files with the same
// content count as one with several names.
std::vector<BlasFile> blas_files(const std::vector<BlasFolder>& folders);

}  // namespace lithe::blas
