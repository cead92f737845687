from scharrel.cli.main import main

main()
