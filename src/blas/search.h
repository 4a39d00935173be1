// Where libraries of the BLAS interface lie on a machine. Nothing is loaded here.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::blas {

// A file system and an environment to look in: this machine's, or a test's.
struct Surroundings {
  std::filesystem::path root = "/";
  // The value of an environment variable, empty if it is not set. Paths in it are below `root`.
  std::function<std::string(const char*)> variable;
};

Surroundings this_machine();

// Who would load what lies in a folder.
struct BlasFolder {
  std::filesystem::path path;
  std::string owner;  // "loader", "system", or the Python environment's folder
};

// The folders that may hold a BLAS, in the order in which the first one wins: those of the dynamic
// loader (LD_LIBRARY_PATH, /etc/ld.so.conf, its defaults), then those below them that Debian's
// alternatives point into, vendors' folders below /opt, then conda's and Python's environments:
// the active one, those of each Python in PATH, and those in their usual places. Only folders that
// exist; each once.
std::vector<BlasFolder> blas_folders(const Surroundings& surroundings);

// What a file's name says that it is: "OpenBLAS", "BLIS", "MKL", "ATLAS", "FlexiBLAS", "ArmPL",
// "NVPL"; "BLAS" for libblas, which may be any; empty for what is no BLAS, such as libcblas, the
// C interface to one.
std::string_view blas_kind(std::string_view file_name);

struct BlasFile {
  std::filesystem::path path;      // links resolved
  std::vector<std::string> names;  // all that lead to it, as found
  std::string owner;               // of the folder where it was found first
  bool by_loader = false;          // a program that asks for names.front() gets this one
};

// The BLAS libraries in `folders`, each file once, in the order of the folders. A file that is the
// same as another to the byte counts as another name of it.
std::vector<BlasFile> blas_files(const std::vector<BlasFolder>& folders);

}  // namespace lithe::blas
