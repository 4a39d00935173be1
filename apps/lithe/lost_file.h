// Files that are mapped into memory can be made shorter by another program, or their disk can fail.
#pragma once

namespace lithe::app {

// From here on, that ends the program with an error that names the file.
void catch_lost_files();

}  // namespace lithe::app
