from localcloud.cli import main

main(prog_name="localcloud")
